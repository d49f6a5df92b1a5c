#include "http/target.h"

#include "http/chars.h"

namespace gatehouse::http {
namespace {

const char* bad_character(std::string_view text) {
  for (const char c : text) {
    if (c == '#') return "has a fragment (#) in its target";
    if (c == ' ' || c == '\t') return "has white space in its target";
  }
  return "has a character in its target that must be percent-encoded";
}

// One decoded character of a path; `size` is the bytes it takes.
char decoded(std::string_view path, std::size_t at, std::size_t& size) {
  size = 1;
  if (path[at] != '%' || at + 2 >= path.size()) return path[at];
  if (!is_char(path[at + 1], kHexChar) || !is_char(path[at + 2], kHexChar)) return path[at];
  size = 3;
  return static_cast<char>(hex_value(path[at + 1]) << 4 | hex_value(path[at + 2]));
}

// Percent signs in a path must encode, and not NUL: what else they mean differs by server.
const char* check_percent(std::string_view path) {
  for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 3)) {
    std::size_t size = 0;
    const char c = decoded(path, at, size);
    if (size != 3) return "has a percent sign in its path that encodes nothing";
    if (c == '\0') return "has an encoded NUL (%00) in its path";
  }
  return nullptr;
}

const char* parse_path_and_query(std::string_view text, RequestHead& head) {
  std::size_t end = 0;
  bool suspicious = false;  // may have dot segments or percent signs
  char before = '\0';
  for (; end < text.size() && text[end] != '?'; ++end) {
    const char c = text[end];
    if (!is_char(c, kTargetChar)) return bad_character(text);
    if (c == '\\') return "has a backslash in its path";
    suspicious |= c == '%' || (c == '.' && before == '/');
    before = c;
  }
  if (!all_chars(text.substr(end), kTargetChar)) return bad_character(text);
  head.target = text;
  head.path = text.substr(0, end);
  head.query = end < text.size() ? text.substr(end + 1) : std::string_view{};
  head.dot_segments = suspicious && has_dot_segments(head.path);
  return suspicious ? check_percent(head.path) : nullptr;
}

void take_asterisk(std::string_view text, RequestHead& head) {
  head.target = text;
  head.path = text;
  head.query = {};
}

const char* parse_absolute(std::string_view rest, RequestHead& head) {
  const auto end = rest.find_first_of("/?");
  head.authority_text = rest.substr(0, end);
  if (!valid_authority(head.authority_text)) return "has a target whose host is no host";
  if (end == std::string_view::npos) {
    // RFC 9112 section 3.2.4: OPTIONS of a whole server goes on as "*".
    take_asterisk(head.method == Method::options ? "*" : "/", head);
    return nullptr;
  }
  if (rest[end] == '?') return "has a target without a path before its query";
  return parse_path_and_query(rest.substr(end), head);
}

bool take_scheme(std::string_view& text, std::string_view scheme) {
  if (text.size() < scheme.size()) return false;
  if (!equal_ignoring_case(text.substr(0, scheme.size()), scheme)) return false;
  text.remove_prefix(scheme.size());
  return true;
}

}  // namespace

bool has_dot_segments(std::string_view path) {
  std::size_t dots = 0;
  bool plain = true;        // the segment has been only dots so far
  bool parameters = false;  // behind a ';'
  const auto segment_is_dots = [&] { return plain && (dots == 1 || dots == 2); };
  for (std::size_t at = 0, size = 1; at < path.size(); at += size) {
    const char c = decoded(path, at, size);
    if (c == '/' || c == '\\') {
      if (segment_is_dots()) return true;
      dots = 0;
      plain = true;
      parameters = false;
    } else if (c == ';') {
      parameters = true;
    } else if (parameters) {
      continue;
    } else if (c == '.') {
      ++dots;
    } else {
      plain = false;
    }
  }
  return segment_is_dots();
}

const char* parse_target(std::string_view text, RequestHead& head) {
  head.target_scheme = Scheme::unsaid;
  head.authority_text = {};
  head.dot_segments = false;
  if (text.empty()) return "has no target";
  if (text.front() == '/') return parse_path_and_query(text, head);
  if (text == "*") {
    take_asterisk(text, head);
    return head.method == Method::options ? nullptr : "has the target \"*\" without being OPTIONS";
  }
  if (take_scheme(text, "http://")) {
    head.target_scheme = Scheme::http;
  } else if (take_scheme(text, "https://")) {
    head.target_scheme = Scheme::https;
  } else {
    return "has a target that is neither a path nor an http or https URL";
  }
  return parse_absolute(text, head);
}

}  // namespace gatehouse::http
