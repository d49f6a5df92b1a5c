#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::edge {

// A QR code (ISO/IEC 18004) of a short text: bytes, versions 1 to 9, error correction M.
class QrCode {
 public:
  static constexpr std::size_t kLongestText = 180;
  // Nothing for a text that is longer.
  static std::optional<QrCode> of(std::string_view text);

  // Modules on a side, without the quiet zone.
  int size() const { return size_; }
  bool dark(int x, int y) const { return at(x, y) == Module::dark; }
  // With its quiet zone of four modules; `label` says to those who do not see it what it is.
  std::string svg(std::string_view label) const;

 private:
  enum class Module : unsigned char { open, light, dark };
  struct Version;

  explicit QrCode(int size)
      : size_(size), modules_(static_cast<std::size_t>(size) * size, Module::open) {}

  Module at(int x, int y) const { return modules_[static_cast<std::size_t>(y) * size_ + x]; }
  void set(int x, int y, bool dark) {
    modules_[static_cast<std::size_t>(y) * size_ + x] = dark ? Module::dark : Module::light;
  }
  void draw_function_patterns(const Version& version);
  void draw_finder(int centre_x, int centre_y);
  void draw_alignment(int centre_x, int centre_y);
  void draw_format(unsigned mask);
  void draw_version(unsigned number);
  // Fills what is open, in the order of the standard.
  void draw_codewords(const std::vector<std::uint8_t>& codewords, unsigned mask);
  int penalty() const;

  int size_;
  std::vector<Module> modules_;
};

}  // namespace gatehouse::edge
