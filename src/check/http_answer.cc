#include "check/http_answer.h"

#include <fmt/format.h>

#include "check/shown.h"
#include "http/h1_parser.h"

namespace gatehouse::check {
namespace {

using Why = NoAnswer::Why;

constexpr int kMostInterim = 8;

HttpAnswer answer_of(const http::ResponseHead& head) {
  HttpAnswer answer{.status = head.status,
                    .location = shown(head.fields.value(http::FieldId::location)),
                    .server = shown(head.fields.value(http::FieldId::server)),
                    .strict_transport_security = {}};
  if (const http::Field* field = head.fields.find("strict-transport-security")) {
    answer.strict_transport_security = shown(field->value());
  }
  return answer;
}

std::unexpected<NoAnswer> none(NoAnswer::Why why, std::string what) {
  return std::unexpected(NoAnswer{why, std::move(what)});
}

std::unexpected<NoAnswer> not_http(std::string_view bytes) {
  // A TLS alert, as a server sends it that expected a handshake (RFC 8446 section 6).
  if (bytes.size() >= 2 && bytes[0] == 0x15 && bytes[1] == 0x03) {
    return none(Why::in_tls, "answered in TLS");
  }
  return none(Why::not_http, "answered with something that is not HTTP");
}

}  // namespace

std::span<char> AnswerReader::room() { return std::span(buffer_).subspan(size_); }

bool AnswerReader::take(std::size_t bytes) {
  size_ += bytes;
  if (bytes > 0) return parse();
  if (size_ == 0) return end(none(Why::closed, "closed the connection without an answer"));
  const std::string_view seen(buffer_.data(), size_);
  if (!seen.starts_with("HTTP/")) return end(not_http(seen));
  return end(none(Why::not_http, "closed the connection in the middle of its answer"));
}

bool AnswerReader::parse() {
  while (true) {
    http::ResponseHead head;
    http::HeadProgress progress;
    const std::string_view seen(buffer_.data(), size_);
    const auto parsed = http::parse_response_head(seen, {.bytes = kMostBytes}, {}, progress, head);
    if (parsed.state == http::Parsed::incomplete) {
      if (size_ < buffer_.size()) return false;
      return end(none(Why::not_http, "sent a head of more than 32 KiB"));
    }
    if (parsed.state == http::Parsed::refused) {
      if (!seen.starts_with("HTTP/")) return end(not_http(seen));
      return end(none(Why::not_http, fmt::format("sent an answer that {}", parsed.refusal.what)));
    }
    if (!head.informational()) return end(answer_of(head));
    if (++interim_ > kMostInterim) {
      return end(none(Why::not_http, "sent one interim answer after the other"));
    }
    buffer_.erase(0, head.size);
    buffer_.resize(kMostBytes);
    size_ -= head.size;
  }
}

bool AnswerReader::end(HttpResult result) {
  result_ = std::move(result);
  return true;
}

}  // namespace gatehouse::check
