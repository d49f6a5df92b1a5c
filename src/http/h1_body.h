#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>

#include "http/h1_parser.h"
#include "http/message.h"
#include "http/trailers.h"

namespace gatehouse::http {

// Chunk extensions are read past and never sent on; more of them than this serve no honest purpose.
inline constexpr std::size_t kMaxChunkExtensionBytes = 1024;

// Takes the content of a message out of its framing (RFC 9112 sections 6 and 7).
class BodyDecoder {
 public:
  struct Step {
    std::span<char> data;      // content, contiguous, inside the given buffer; may be empty
    std::size_t consumed = 0;  // bytes of the buffer that are used up, `data` included
    bool done = false;         // the message has ended; what follows in the buffer is another's
  };

  explicit BodyDecoder(BodyLength length = {})
      : kind_(length.kind), done_(!length.expects_content()), left_(length.bytes) {}

  // Decodes what can be decoded of `buffer`, in place: content of several chunks is moved together
  // behind the first, so the bytes up to `consumed` do not survive. All of `buffer` is consumed
  // unless the message ends inside it. Works at any split of the input and allocates only for
  // trailers. After an error the decoder is of no use.
  [[nodiscard]] std::expected<Step, Refusal> decode(std::span<char> buffer);

  // The sender has closed the connection. True when that ends the message (until_close) or it had
  // ended before; false: the content is cut short.
  bool finish_at_close() {
    if (kind_ == BodyLength::Kind::until_close) done_ = true;
    return done_;
  }

  bool done() const { return done_; }
  // Bytes of `exact` content, or of the current chunk, that have not come yet.
  std::uint64_t left() const { return left_; }
  // What came behind the last chunk and may be sent on; nullptr if nothing. Borrowed.
  const Trailers* trailers() const { return trailers_.get(); }

 private:
  enum class State : std::uint8_t {
    size_first,  // the first digit of a chunk size
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_line,
    trailer_lf,
    last_lf,
  };

  std::expected<Step, Refusal> decode_chunked(std::span<char> buffer);
  // These take one byte of framing each and return what is wrong with it, or nullptr.
  const char* take_framing(char c);
  const char* take_size_digit(char c);
  const char* take_size_end(char c);
  const char* take_extension(char c);
  const char* take_trailer(char c);
  const char* finish_trailers();

  BodyLength::Kind kind_;
  bool done_;
  State state_ = State::size_first;
  std::uint8_t size_digits_ = 0;
  std::uint16_t extension_bytes_ = 0;  // of the whole message
  std::uint64_t left_;
  std::unique_ptr<Trailers> trailers_;
};

}  // namespace gatehouse::http
