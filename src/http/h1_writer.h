#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"
#include "http/trailers.h"

namespace gatehouse::http {

// Writes a head into memory of the caller, never beyond its end. What does not fit makes the whole
// head unfit: nothing has to be checked before finish(). Writes what it is given: names and values
// come from the parser or from our own code.
class HeadWriter {
 public:
  explicit HeadWriter(std::span<char> out)
      : begin_(out.data()), at_(out.data()), end_(out.data() + out.size()) {}

  void request_line(std::string_view method, std::string_view target);  // as HTTP/1.1
  // The standard reason phrase stands in for an empty one.
  void status_line(std::uint16_t status, std::string_view reason = {});

  void field(std::string_view name, std::string_view value);
  void field(std::string_view name, std::uint64_t value);
  void field(const Field& field);
  // All but the ones of `drop` and those that are hop-by-hop.
  void fields(const Fields& fields, FieldSet drop);

  // For values made of parts.
  void text(std::string_view text) {
    if (static_cast<std::size_t>(end_ - at_) < text.size()) return overflow();
    put(text);
  }
  void number(std::uint64_t value);
  void end_line() { text("\r\n"); }

  // Ends the head with its empty line. The size of the head, or nothing when it did not fit.
  [[nodiscard]] std::optional<std::size_t> finish();

 private:
  // There is room.
  void put(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void overflow() {
    fits_ = false;
    at_ = end_;
  }

  char* begin_;
  char* at_;
  char* end_;
  bool fits_ = true;
};

// Content-Length, Transfer-Encoding, or neither.
void write_body_length(HeadWriter& out, BodyLength length);

// The most that chunk_prefix() needs.
inline constexpr std::size_t kChunkPrefix = 18;
inline constexpr std::string_view kChunkSuffix = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Writes the size line of a chunk of `size` bytes (not 0: that would end the body) so that it ENDS
// at `headroom_end`, right before the data. Returns its length, at most kChunkPrefix.
std::size_t chunk_prefix(char* headroom_end, std::uint64_t size);

// The last chunk with its trailers; the bytes written, or nothing when they do not fit. It needs
// kLastChunk.size() + trailers.wire_size().
[[nodiscard]] std::optional<std::size_t> write_last_chunk(std::span<char> out,
                                                          const Trailers& trailers);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
using HttpDate = std::array<char, 29>;
HttpDate format_http_date(WallTime time);

// RFC 9110 section 15; empty for a status it does not name.
std::string_view reason_phrase(std::uint16_t status);

}  // namespace gatehouse::http
