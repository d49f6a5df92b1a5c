#include "certs/store/fields.h"

#include <array>

namespace gatehouse::certs {
namespace {

constexpr std::size_t kHead = 5;

}  // namespace

FieldWriter& FieldWriter::bytes(std::uint8_t tag, ByteView value) {
  const auto size = static_cast<std::uint32_t>(value.size());
  written_.push_back(tag);
  for (const int shift : {24, 16, 8, 0}) {
    written_.push_back(static_cast<std::uint8_t>(size >> shift));
  }
  written_.insert(written_.end(), value.begin(), value.end());
  return *this;
}

FieldWriter& FieldWriter::number(std::uint8_t tag, std::int64_t value) {
  std::array<std::uint8_t, 8> digits{};
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = digits.size(); i-- > 0; rest >>= 8) {
    digits.at(i) = static_cast<std::uint8_t>(rest);
  }
  return bytes(tag, digits);
}

FieldWriter& FieldWriter::time(std::uint8_t tag, WallTime value) {
  return number(tag, std::chrono::floor<std::chrono::seconds>(value.time_since_epoch()).count());
}

std::optional<ByteView> FieldReader::bytes(std::uint8_t tag) {
  if (rest_.size() < kHead || rest_.front() != tag) return std::nullopt;
  std::size_t size = 0;
  for (const std::uint8_t byte : rest_.subspan(1, 4)) size = size << 8 | byte;
  if (size > rest_.size() - kHead) return std::nullopt;
  const ByteView value = rest_.subspan(kHead, size);
  rest_ = rest_.subspan(kHead + size);
  return value;
}

std::optional<std::string_view> FieldReader::text(std::uint8_t tag) {
  const auto value = bytes(tag);
  if (!value) return std::nullopt;
  return as_text(*value);
}

std::optional<std::int64_t> FieldReader::number(std::uint8_t tag) {
  const ByteView before = rest_;
  const auto value = bytes(tag);
  if (!value) return std::nullopt;
  if (value->size() != 8) {
    rest_ = before;
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (const std::uint8_t byte : *value) number = number << 8 | byte;
  return static_cast<std::int64_t>(number);
}

std::optional<WallTime> FieldReader::time(std::uint8_t tag) {
  // What the clock's type holds.
  constexpr std::int64_t kMost =
      std::chrono::floor<std::chrono::seconds>(WallTime::max().time_since_epoch()).count();
  const ByteView before = rest_;
  const auto seconds = number(tag);
  if (seconds && -kMost <= *seconds && *seconds <= kMost) {
    return WallTime{std::chrono::seconds{*seconds}};
  }
  rest_ = before;
  return std::nullopt;
}

}  // namespace gatehouse::certs
