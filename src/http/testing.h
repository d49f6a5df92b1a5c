#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/h1_parser.h"

// For the tests of this room only.
namespace gatehouse::http::testing {

// A request together with the text that it borrows.
struct TestRequest {
  explicit TestRequest(std::string_view bytes, const HeadLimits& limits = {})
      : text(std::make_unique<std::string>(bytes)), head(std::make_unique<RequestHead>()) {
    HeadProgress progress;
    result = parse_request_head(*text, limits, progress, *head);
  }
  bool complete() const { return result.state == Parsed::complete; }
  bool refused() const { return result.state == Parsed::refused; }
  int status() const { return refused() ? result.refusal.status : 0; }
  std::string_view what() const { return result.refusal.what; }
  const RequestHead* operator->() const { return head.get(); }

  std::unique_ptr<std::string> text;
  std::unique_ptr<RequestHead> head;
  ParseResult result;
};

struct TestResponse {
  explicit TestResponse(std::string_view bytes, const ResponseContext& context = {})
      : text(std::make_unique<std::string>(bytes)), head(std::make_unique<ResponseHead>()) {
    HeadProgress progress;
    result = parse_response_head(*text, {}, context, progress, *head);
  }
  bool complete() const { return result.state == Parsed::complete; }
  bool refused() const { return result.state == Parsed::refused; }
  std::string_view what() const { return result.refusal.what; }
  const ResponseHead* operator->() const { return head.get(); }

  std::unique_ptr<std::string> text;
  std::unique_ptr<ResponseHead> head;
  ParseResult result;
};

// A GET of "/" for "a.example" with the given field lines, each with its CRLF.
inline std::string get_with(std::string_view field_lines) {
  return "GET / HTTP/1.1\r\nHost: a.example\r\n" + std::string(field_lines) + "\r\n";
}
inline std::string post_with(std::string_view field_lines) {
  return "POST / HTTP/1.1\r\nHost: a.example\r\n" + std::string(field_lines) + "\r\n";
}
inline std::string answer_with(std::string_view field_lines) {
  return "HTTP/1.1 200 OK\r\n" + std::string(field_lines) + "\r\n";
}

}  // namespace gatehouse::http::testing
