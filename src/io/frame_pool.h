#pragma once

#include <array>
#include <cstddef>

namespace gatehouse::io {

// Coroutine frames of one thread, in size classes, so that a request costs no malloc. A frame must
// be freed on the thread that allocated it. Memory goes back to the heap only when a class holds
// more idle frames than kMostIdle.
class FramePool {
 public:
  static void* allocate(std::size_t size);
  static void release(void* frame, std::size_t size) noexcept;

 private:
  static constexpr std::size_t kStep = 128;
  static constexpr std::size_t kClasses = 33;  // up to 4 KiB
  static constexpr unsigned kMostIdle = 4096;

  struct Node {
    Node* next;
  };
  struct Class {
    Node* first = nullptr;
    unsigned idle = 0;
  };
  struct Classes {
    std::array<Class, kClasses> of;
    ~Classes();
  };

  static Classes& mine();
};

}  // namespace gatehouse::io
