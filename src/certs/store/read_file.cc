#include "certs/store/read_file.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace gatehouse::certs {
namespace {

// Reads until the end or until the buffer is full; the size, or minus the error number.
ssize_t fill(int file, Bytes& buffer) {
  std::size_t size = 0;
  while (size < buffer.size()) {
    const auto got = ::read(file, buffer.data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -errno;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(size);
}

}  // namespace

std::expected<Secret, int> read_bounded(int file) {
  Bytes buffer(kLargestFile + 1);  // one more, so that "exactly full" and "too large" differ
  const ssize_t size = fill(file, buffer);
  Secret content(ByteView(buffer).first(static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
  explicit_bzero(buffer.data(), buffer.size());
  if (size < 0) return std::unexpected(static_cast<int>(-size));
  if (static_cast<std::size_t>(size) > kLargestFile) return std::unexpected(EFBIG);
  return content;
}

}  // namespace gatehouse::certs
