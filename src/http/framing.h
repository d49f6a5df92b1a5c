#pragma once

#include <cstdint>
#include <optional>

#include "http/h1_parser.h"
#include "http/message.h"

namespace gatehouse::http {

// What the fields of a message say about its length, before method and status have their say.
struct DeclaredLength {
  bool chunked = false;
  std::optional<std::uint64_t> bytes;
};

// Reads Content-Length and Transfer-Encoding as RFC 9112 section 6 demands of a recipient that does
// not guess. True when `out` holds the one thing they can mean; otherwise `why` tells.
bool read_declared_length(const Fields& fields, std::uint8_t minor, DeclaredLength& out,
                          Refusal& why);

}  // namespace gatehouse::http
