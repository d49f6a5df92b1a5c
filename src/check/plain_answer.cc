#include "check/plain_answer.h"

namespace gatehouse::check {
namespace {

PlainFacts::Kind kind_of(const HttpAnswer& answer) {
  if (answer.redirects() && answer.location.starts_with("https://")) {
    return PlainFacts::Kind::redirects;
  }
  return answer.status >= 400 ? PlainFacts::Kind::refuses : PlainFacts::Kind::serves;
}

}  // namespace

PlainFacts plain_facts(const io::SocketAddress& address, const PlainDial& dial) {
  PlainFacts facts{.dialled = address.text(), .loopback = address.is_loopback()};
  if (!dial.unreachable.empty()) {
    facts.reason = dial.unreachable;
  } else if (!dial.answer) {
    facts.kind = PlainFacts::Kind::silent;
    facts.reason = dial.answer.error();
  } else {
    facts.kind = kind_of(*dial.answer);
    facts.answer = *dial.answer;
  }
  return facts;
}

tls::AnonymousRequest request_to(const std::string& authority, const std::string& path) {
  auto request = tls::AnonymousRequest::get(authority, path);
  return request ? std::move(*request) : tls::AnonymousRequest::get(authority).value();
}

}  // namespace gatehouse::check
