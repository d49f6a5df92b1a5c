#include "io/buffer.h"

namespace gatehouse::io {

char* BufferPool::take(Size size) {
  Idle& buffers = idle(size);
  // Not make_unique: the kernel or the TLS engine writes before anybody reads.
  if (buffers.empty()) return std::unique_ptr<char[]>(new char[capacity(size)]).release();
  char* buffer = buffers.back().release();
  buffers.pop_back();
  return buffer;
}

void BufferPool::give_back(char* buffer, Size size) {
  std::unique_ptr<char[]> owned(buffer);
  if (idle(size).size() < kMostIdle) idle(size).push_back(std::move(owned));
}

}  // namespace gatehouse::io
