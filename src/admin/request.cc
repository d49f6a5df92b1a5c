#include "admin/request.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "http/fields.h"

namespace gatehouse::admin {
namespace {

using http::equal_ignoring_case;

std::string value_of(const http::RequestHead& head, std::string_view name) {
  const http::Field* field = head.fields.find(name);
  return field == nullptr ? "" : std::string(field->value());
}

// The type without its parameters; nothing if one of them is another charset than UTF-8.
std::string_view bare_type(std::string_view text) {
  const auto end = text.find(';');
  if (end == text.npos) return text;
  std::string_view parameter = text.substr(end + 1);
  parameter.remove_prefix(std::min(parameter.find_first_not_of(" \t"), parameter.size()));
  const bool utf8 = equal_ignoring_case(parameter, "charset=utf-8") ||
                    equal_ignoring_case(parameter, "charset=\"utf-8\"");
  return utf8 ? text.substr(0, text.find_last_not_of(" \t", end - 1) + 1) : "";
}

std::optional<Codec> codec_of(const Request& request, bool stream) {
  const std::string_view type = bare_type(request.content_type);
  if (equal_ignoring_case(type, stream ? "application/connect+json" : "application/json")) {
    return Codec::json;
  }
  if (equal_ignoring_case(type, stream ? "application/connect+proto" : "application/proto")) {
    return Codec::binary;
  }
  return std::nullopt;
}

Refused unknown_type(const Request& request, bool stream) {
  return {415,
          "invalid_argument",
          fmt::format("The content type is {}; this method takes {}.",
                      request.content_type.empty() ? "missing" : "not one that is known here",
                      stream ? "application/connect+json" : "application/json"),
          {}};
}

// At most ten digits (Connect); what is longer than we wait is cut to that.
std::optional<std::chrono::milliseconds> timeout_of(const std::string& text) {
  if (text.empty()) return kUsualCall;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() > 10) return {};
  const auto most = static_cast<std::uint64_t>(kLongestCall.count());
  return std::chrono::milliseconds(std::min(value, most));
}

}  // namespace

Request Request::from(const http::RequestHead& head) {
  Request request;
  request.method = head.method_text;
  request.path = head.path;
  request.content_type = head.fields.value(http::FieldId::content_type);
  request.content_encoding = head.fields.value(http::FieldId::content_encoding);
  if (request.content_encoding.empty()) {
    request.content_encoding = value_of(head, "connect-content-encoding");
  }
  request.protocol_version = value_of(head, "connect-protocol-version");
  request.timeout = value_of(head, "connect-timeout-ms");
  request.body = head.body;
  request.keep_alive = head.keep_alive;
  request.expects_continue = head.expect_continue;
  request.http_1_0 = head.minor == 0;
  return request;
}

std::expected<Form, Refused> check_form(const Request& request, bool stream) {
  if (request.method != "POST") {
    return std::unexpected(Refused{405, "unimplemented", "This method is called by POST.", "POST"});
  }
  const auto codec = codec_of(request, stream);
  if (!codec) return std::unexpected(unknown_type(request, stream));
  const std::string& encoding = request.content_encoding;
  if (!encoding.empty() && !equal_ignoring_case(encoding, "identity")) {
    return std::unexpected(
        Refused{415, "unimplemented", "Compressed content is not taken here.", {}});
  }
  if (!request.protocol_version.empty() && request.protocol_version != "1") {
    return std::unexpected(Refused{
        400, "invalid_argument", "Only version 1 of the Connect protocol is spoken here.", {}});
  }
  if (stream && request.http_1_0) {
    return std::unexpected(
        Refused{400, "invalid_argument", "A stream of events needs HTTP/1.1.", {}});
  }
  const auto timeout = timeout_of(request.timeout);
  if (!timeout) {
    return std::unexpected(Refused{
        400, "invalid_argument", "Connect-Timeout-Ms is not a number of at most ten digits.", {}});
  }
  return Form{*codec, *timeout};
}

}  // namespace gatehouse::admin
