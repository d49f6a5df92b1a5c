#include "check/plain_answer.h"

namespace gatehouse::check {
namespace {

PlainFacts::Kind kind_of(const HttpAnswer& answer) {
  if (answer.redirects() && answer.location.starts_with("https://")) {
    return PlainFacts::Kind::redirects;
  }
  return answer.status >= 400 ? PlainFacts::Kind::refuses : PlainFacts::Kind::serves;
}

PlainFacts::Kind kind_of(NoAnswer::Why why) {
  switch (why) {
    case NoAnswer::Why::closed: return PlainFacts::Kind::closes;
    case NoAnswer::Why::timed_out: return PlainFacts::Kind::silent;
    case NoAnswer::Why::not_http: return PlainFacts::Kind::not_http;
    case NoAnswer::Why::in_tls: return PlainFacts::Kind::speaks_tls;
  }
  return PlainFacts::Kind::not_http;
}

}  // namespace

PlainFacts plain_facts(const io::SocketAddress& address, const PlainDial& dial) {
  PlainFacts facts{.dialled = address.text(), .loopback = address.is_loopback()};
  if (!dial.unreachable.empty()) {
    facts.reason = dial.unreachable;
  } else if (!dial.answer) {
    facts.kind = kind_of(dial.answer.error().why);
    facts.reason = dial.answer.error().what;
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
