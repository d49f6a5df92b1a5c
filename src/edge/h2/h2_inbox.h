#pragma once

#include <span>
#include <vector>

#include "io/buffer.h"

namespace gatehouse::edge {

// Content of one stream that has come and that nobody has taken yet. What bounds it is the window.
class H2Inbox {
 public:
  // What waits in a small buffer at most, with room on both sides for what frames it.
  static constexpr std::size_t kLittle = io::BufferPool::kSmall - 2 * io::BufferPool::kTailroom;

  explicit H2Inbox(io::BufferPool& pool) : pool_(pool) {}

  void add(std::span<const char> content);
  bool empty() const { return first_ == received_.size(); }
  // Adds content behind that of `into` while there is room; the bytes.
  std::size_t copy_to(io::Lease& into);
  // A whole buffer of it takes the place of `into`, which is empty; the bytes. There is some.
  std::size_t move_to(io::Lease& into);
  // The bytes that nobody will take.
  std::size_t drop();

 private:
  std::span<char> room_for(std::size_t bytes);
  void taken();

  io::BufferPool& pool_;
  std::vector<io::Lease> received_;
  std::size_t first_ = 0;  // the first that is not empty
};

}  // namespace gatehouse::edge
