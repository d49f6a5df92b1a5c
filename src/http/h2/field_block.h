#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace gatehouse::http {

// The fields of one field section in the order in which they were decoded, in one piece of memory.
class FieldBlock {
 public:
  // Keeps a field unless that would make more than `most` bytes, counted as RFC 9113 section 6.5.2
  // counts: then the block is too large, for good.
  void add(std::string_view name, std::string_view value, std::size_t most);
  bool too_large() const { return too_large_; }
  bool empty() const { return bytes_.empty(); }
  // As section 6.5.2 counts.
  std::size_t size() const { return size_; }

  // `take(name, value)` for each field, until it returns false. The texts live as long as the block
  // is neither moved nor added to.
  template <class Take>
  bool each(Take take) const {
    for (std::size_t at = 0; at < bytes_.size();) {
      Lengths lengths{};
      std::memcpy(&lengths, bytes_.data() + at, sizeof lengths);
      const char* name = bytes_.data() + at + sizeof lengths;
      at += sizeof lengths + lengths.name + lengths.value;
      if (!take(std::string_view(name, lengths.name),
                std::string_view(name + lengths.name, lengths.value))) {
        return false;
      }
    }
    return true;
  }

  // A place for what is made of the fields and has to live as long as they do.
  std::string& made() { return made_; }

 private:
  struct Lengths {
    std::uint32_t name;
    std::uint32_t value;
  };

  std::string bytes_;
  std::string made_;
  std::size_t size_ = 0;
  bool too_large_ = false;
};

}  // namespace gatehouse::http
