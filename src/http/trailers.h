#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/fields.h"

namespace gatehouse::http {

inline constexpr std::size_t kMaxTrailerBytes = 8 * 1024;
inline constexpr std::size_t kMaxTrailers = 32;

// The trailer section of a chunked body (RFC 9110 section 6.5). Owns its text.
class Trailers {
 public:
  Trailers() = default;
  Trailers(const Trailers&) = delete;  // its fields point into its text
  Trailers& operator=(const Trailers&) = delete;

  // Collects a line's bytes as they come. False when the section grows beyond its bound.
  bool append(char c) {
    if (text_.size() == kMaxTrailerBytes) return false;
    text_.push_back(c);
    return true;
  }

  // All lines are there, each ended by CRLF. Keeps the fields that may come in a trailer section
  // and drops the others: framing, routing, authentication and whatever tells how to treat the
  // content (section 6.5.1). Returns what is wrong, or nullptr.
  const char* parse();

  const std::vector<Field>& fields() const { return fields_; }
  // The bytes that the lines need on the wire, each as "name: value" and CRLF.
  std::size_t wire_size() const;

 private:
  std::string text_;
  std::vector<Field> fields_;
};

}  // namespace gatehouse::http
