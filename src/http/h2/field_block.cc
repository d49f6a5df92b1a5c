#include "http/h2/field_block.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kOverheadOfField = 32;  // RFC 9113 section 6.5.2
constexpr std::size_t kUsualBlock = 1024;

}  // namespace

void FieldBlock::add(std::string_view name, std::string_view value, std::size_t most) {
  size_ += name.size() + value.size() + kOverheadOfField;
  too_large_ = too_large_ || size_ > most;
  if (too_large_) return;
  if (bytes_.empty()) bytes_.reserve(kUsualBlock);
  const Lengths lengths{static_cast<std::uint32_t>(name.size()),
                        static_cast<std::uint32_t>(value.size())};
  bytes_.append(reinterpret_cast<const char*>(&lengths), sizeof lengths);
  bytes_.append(name);
  bytes_.append(value);
}

}  // namespace gatehouse::http
