#pragma once

#include <string_view>

#include "http/h1_parser.h"

namespace gatehouse::http {

// Looks for the empty line that ends a head, and refuses on the way what no line may hold: control
// characters except HTAB, CR without LF and LF without CR (RFC 9112 section 2.2, RFC 9110 section
// 5.5). One CRLF in front of the first line is skipped.
// `complete`: progress.scanned is the size of the head, empty line included.
ParseResult scan_head(std::string_view buffer, const HeadLimits& limits, HeadProgress& progress);

// The next line of a scanned head, without its CRLF; `rest` begins behind it afterwards. Empty at
// the end of the head.
inline std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\r');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

}  // namespace gatehouse::http
