#include "http/head_fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "http/chars.h"
#include "http/field_line.h"
#include "http/head_scan.h"

namespace gatehouse::http {

bool read_fields(std::string_view rest, const HeadLimits& limits, Fields& out, Refusal& why) {
  const std::size_t most = std::min(limits.fields, kMaxFields);
  out.clear();
  for (auto line = take_line(rest); !line.empty(); line = take_line(rest)) {
    if (out.size() == most) return refuse(why, "has more fields than the limit", 431);
    Field field;
    if (const char* wrong = parse_field_line(line, field)) return refuse(why, wrong);
    out.add(field);
  }
  return true;
}

bool read_version(std::string_view text, std::uint8_t& minor, Refusal& why) {
  if (text == "HTTP/1.1") {
    minor = 1;
  } else if (text == "HTTP/1.0") {
    minor = 0;
  } else if (text.size() == 8 && text.starts_with("HTTP/") && is_char(text[5], kDigitChar) &&
             text[6] == '.' && is_char(text[7], kDigitChar)) {
    return refuse(why, "is of an HTTP version other than 1.0 and 1.1", 505);
  } else {
    return refuse(why, "has a first line that is not of HTTP");
  }
  return true;
}

std::string request_sentence(const Refusal& refusal) {
  return fmt::format("The request {}.", refusal.what);
}

Error upstream_error(const Refusal& refusal, std::string_view upstream) {
  return Error{Fault::upstream, false, fmt::format("The answer of {} {}.", upstream, refusal.what),
               ErrorKind::failed};
}

}  // namespace gatehouse::http
