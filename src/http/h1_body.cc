#include "http/h1_body.h"

#include <algorithm>
#include <cstring>

#include "http/chars.h"

namespace gatehouse::http {
namespace {

constexpr std::uint8_t kMostSizeDigits = 16;
constexpr std::uint64_t kLargestShiftable = 0x7ff'ffff'ffff'ffff;  // times 16 stays below 2^63

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

// Gathers the pieces of content of one buffer behind the first of them.
class Gatherer {
 public:
  explicit Gatherer(std::span<char> buffer) : buffer_(buffer) {}

  void add(std::size_t at, std::size_t size) {
    if (size_ == 0) begin_ = at;
    char* end = buffer_.data() + begin_ + size_;
    if (end != buffer_.data() + at) std::memmove(end, buffer_.data() + at, size);
    size_ += size;
  }
  std::span<char> data() const { return buffer_.subspan(begin_, size_); }

 private:
  std::span<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace

std::expected<BodyDecoder::Step, Refusal> BodyDecoder::decode(std::span<char> buffer) {
  if (done_) return Step{{}, 0, true};
  if (kind_ == BodyLength::Kind::chunked) return decode_chunked(buffer);
  if (kind_ == BodyLength::Kind::until_close) return Step{buffer, buffer.size(), false};
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()));
  left_ -= size;
  done_ = left_ == 0;
  return Step{buffer.first(size), size, done_};
}

std::expected<BodyDecoder::Step, Refusal> BodyDecoder::decode_chunked(std::span<char> buffer) {
  Gatherer content(buffer);
  std::size_t at = 0;
  while (at < buffer.size() && !done_) {
    if (state_ != State::data) {
      const char* wrong = take_framing(buffer[at++]);
      if (wrong != nullptr) return std::unexpected(Refusal{.what = wrong});
      continue;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size() - at));
    content.add(at, size);
    at += size;
    left_ -= size;
    if (left_ == 0) state_ = State::data_cr;
  }
  return Step{content.data(), at, done_};
}

const char* BodyDecoder::take_framing(char c) {
  switch (state_) {
    case State::size_first:
      if (!is_char(c, kHexChar)) return "has a chunk without a size";
      size_digits_ = 0;
      state_ = State::size;
      return take_size_digit(c);
    case State::size: return is_char(c, kHexChar) ? take_size_digit(c) : take_size_end(c);
    case State::extension: return take_extension(c);
    case State::size_lf:
      if (c != '\n') return "has a chunk size whose CR no LF follows";
      state_ = left_ == 0 ? State::trailer_start : State::data;
      return nullptr;
    case State::data_cr:
      if (c != '\r') return "has a chunk that is longer than its size";
      state_ = State::data_lf;
      return nullptr;
    case State::data_lf:
      if (c != '\n') return "has a chunk whose closing CR no LF follows";
      state_ = State::size_first;
      return nullptr;
    default: return take_trailer(c);
  }
}

const char* BodyDecoder::take_size_digit(char c) {
  if (++size_digits_ > kMostSizeDigits || left_ > kLargestShiftable) {
    return "has a chunk size beyond all measure";
  }
  left_ = left_ << 4 | hex_value(c);
  return nullptr;
}

const char* BodyDecoder::take_size_end(char c) {
  if (c != '\r' && c != ';') return "has a chunk size that is not a hexadecimal number";
  state_ = c == '\r' ? State::size_lf : State::extension;
  return nullptr;
}

const char* BodyDecoder::take_extension(char c) {
  if (c == '\r') {
    state_ = State::size_lf;
    return nullptr;
  }
  if (is_control(c)) return "has a control character in a chunk extension";
  if (++extension_bytes_ > kMaxChunkExtensionBytes) return "has too long chunk extensions";
  return nullptr;
}

const char* BodyDecoder::take_trailer(char c) {
  if (state_ == State::last_lf) {
    return c == '\n' ? finish_trailers() : "has an end whose CR no LF follows";
  }
  if (state_ == State::trailer_start && c == '\r') {
    state_ = State::last_lf;
    return nullptr;
  }
  if (state_ == State::trailer_lf) {
    if (c != '\n') return "has a trailer field whose CR no LF follows";
    state_ = State::trailer_start;
  } else if (c == '\r') {
    state_ = State::trailer_lf;
  } else if (is_control(c)) {
    return "has a control character in a trailer field";
  } else {
    state_ = State::trailer_line;
  }
  if (!trailers_) trailers_ = std::make_unique<Trailers>();
  return trailers_->append(c) ? nullptr : "has too long a trailer section";
}

const char* BodyDecoder::finish_trailers() {
  done_ = true;
  return trailers_ ? trailers_->parse() : nullptr;
}

}  // namespace gatehouse::http
