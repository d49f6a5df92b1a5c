#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace gatehouse::certs {

// How values of the store are written: fields one after the other, each a tag, a length of four
// bytes (big-endian) and so many bytes. A reader names the tags that it expects in their order, so
// that a value that is anything else does not read at all.
class FieldWriter {
 public:
  FieldWriter& text(std::uint8_t tag, std::string_view value) {
    return bytes(tag, as_bytes(value));
  }
  FieldWriter& bytes(std::uint8_t tag, ByteView value);
  // Eight bytes, big-endian, two's complement.
  FieldWriter& number(std::uint8_t tag, std::int64_t value);
  // To the second.
  FieldWriter& time(std::uint8_t tag, WallTime value);
  Bytes take() { return std::move(written_); }

 private:
  Bytes written_;
};

// Borrows what it reads.
class FieldReader {
 public:
  explicit FieldReader(ByteView value) : rest_(value) {}

  // The next field, if it has this tag; otherwise nothing, and the reader stays where it is.
  std::optional<ByteView> bytes(std::uint8_t tag);
  std::optional<std::string_view> text(std::uint8_t tag);
  std::optional<std::int64_t> number(std::uint8_t tag);
  std::optional<WallTime> time(std::uint8_t tag);
  bool done() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

}  // namespace gatehouse::certs
