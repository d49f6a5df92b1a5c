#include "certs/store/read_file.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
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

// For the file as it is; what is no regular file does not tell.
std::size_t room_for(int file, std::size_t most) {
  struct stat status{};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return most;
  return std::min(most, static_cast<std::size_t>(status.st_size));
}

}  // namespace

std::expected<Secret, int> read_bounded(int file, std::size_t most) {
  // One more, so that "exactly full" and "too large" differ.
  Bytes buffer(room_for(file, most) + 1);
  const ssize_t size = fill(file, buffer);
  Secret content(ByteView(buffer).first(static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
  explicit_bzero(buffer.data(), buffer.size());
  if (size < 0) return std::unexpected(static_cast<int>(-size));
  if (static_cast<std::size_t>(size) == buffer.size()) return std::unexpected(EFBIG);
  return content;
}

}  // namespace gatehouse::certs
