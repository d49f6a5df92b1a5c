#include "http/request_line.h"

#include "http/chars.h"
#include "http/head_fields.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kLongestMethod = 32;

Method classify_method(std::string_view text) {
  switch (text.size()) {
    case 3:
      if (text == "GET") return Method::get;
      if (text == "PUT") return Method::put;
      break;
    case 4:
      if (text == "POST") return Method::post;
      if (text == "HEAD") return Method::head;
      break;
    case 5:
      if (text == "PATCH") return Method::patch;
      break;
    case 6:
      if (text == "DELETE") return Method::delete_;
      break;
    case 7:
      if (text == "OPTIONS") return Method::options;
      break;
    default: break;
  }
  return Method::other;
}

}  // namespace

bool read_method(std::string_view text, RequestHead& head, Refusal& why) {
  if (!is_token(text)) return refuse(why, "has a method that is no token");
  if (text.size() > kLongestMethod) return refuse(why, "has a method that nobody knows", 501);
  head.method_text = text;
  head.method = classify_method(text);
  if (head.method != Method::other) return true;
  if (text == "CONNECT") return refuse(why, "asks for a tunnel (CONNECT)", 501);
  // It echoes what the edge adds for the upstream, and what scripts may not read.
  if (text == "TRACE") return refuse(why, "asks to be echoed (TRACE)", 501);
  return true;
}

bool read_expectation(RequestHead& head, Refusal& why) {
  head.expect_continue = false;
  if (!head.fields.has(FieldId::expect) || head.minor == 0) return true;
  const bool understood = head.fields.count(FieldId::expect) == 1 &&
                          equal_ignoring_case(head.fields.value(FieldId::expect), "100-continue");
  if (!understood) return refuse(why, "expects something other than 100-continue", 417);
  head.expect_continue = head.body.expects_content();
  return true;
}

}  // namespace gatehouse::http
