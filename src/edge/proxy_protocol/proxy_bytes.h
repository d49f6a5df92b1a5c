#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gatehouse::edge {

// For this room: numbers are in network order.

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number number = 0;
  for (const char c : bytes.substr(at, sizeof number)) {
    number = static_cast<Number>(number << 8 | static_cast<unsigned char>(c));
  }
  return number;
}

// Puts pieces behind each other; from the first that does not fit on, nothing.
class ProxyWriter {
 public:
  explicit ProxyWriter(std::span<char> out) : out_(out) {}

  void text(std::string_view bytes) {
    if (bytes.size() > out_.size() - size_) fits_ = false;
    if (!fits_) return;
    std::ranges::copy(bytes, out_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
  }
  template <class Number>
  void number(Number number) {
    for (std::size_t left = sizeof number; left > 0; --left) {
      const char c = static_cast<char>(number >> 8 * (left - 1));
      text({&c, 1});
    }
  }
  // Over what was written at `at`.
  template <class Number>
  void replace(std::size_t at, Number number) {
    if (fits_) ProxyWriter(out_.subspan(at)).number(number);
  }

  bool fits() const { return fits_; }
  std::size_t size() const { return size_; }
  std::string_view written() const { return {out_.data(), size_}; }

 private:
  std::span<char> out_;
  std::size_t size_ = 0;
  bool fits_ = true;
};

}  // namespace gatehouse::edge
