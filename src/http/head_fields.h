#pragma once

#include <string_view>

#include "http/h1_parser.h"

namespace gatehouse::http {

inline bool refuse(Refusal& why, std::string_view what, std::uint16_t status = 400,
                   Refusal::Kind kind = Refusal::Kind::malformed) {
  why = {status, what, kind};
  return false;
}

// Reads the field lines of a scanned head; `rest` begins with the first. True when `out` holds all.
bool read_fields(std::string_view rest, const HeadLimits& limits, Fields& out, Refusal& why);

// "HTTP/1.0" and "HTTP/1.1" only. True when `minor` is set.
bool read_version(std::string_view text, std::uint8_t& minor, Refusal& why);

}  // namespace gatehouse::http
