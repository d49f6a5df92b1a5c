#include "io/frame_pool.h"

#include <new>

namespace gatehouse::io {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GATEHOUSE_PLAIN_FRAMES 1
#endif
#endif
#ifdef GATEHOUSE_PLAIN_FRAMES
constexpr bool kPooled = false;  // so that the sanitizer sees every use after free
#else
constexpr bool kPooled = true;
#endif

}  // namespace

FramePool::Classes& FramePool::mine() {
  thread_local Classes classes;
  return classes;
}

FramePool::Classes::~Classes() {
  for (Class& c : of) {
    while (c.first != nullptr) {
      Node* node = c.first;
      c.first = node->next;
      ::operator delete(node);
    }
  }
}

void* FramePool::allocate(std::size_t size) {
  const std::size_t index = (size + kStep - 1) / kStep;
  if (!kPooled || index >= kClasses) return ::operator new(size);
  Class& c = mine().of[index];
  if (c.first == nullptr) return ::operator new(index * kStep);
  Node* node = c.first;
  c.first = node->next;
  --c.idle;
  return node;
}

void FramePool::release(void* frame, std::size_t size) noexcept {
  const std::size_t index = (size + kStep - 1) / kStep;
  if (kPooled && index < kClasses) {
    Class& c = mine().of[index];
    if (c.idle < kMostIdle) {
      c.first = new (frame) Node{c.first};
      ++c.idle;
      return;
    }
  }
  ::operator delete(frame);
}

}  // namespace gatehouse::io
