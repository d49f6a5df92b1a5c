#include "base/log_sink.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace gatehouse {
namespace {

// poll() promises this much room in a pipe; more could block where O_NONBLOCK is not ours to set.
constexpr std::size_t kPromisedRoom = 4096;

int duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3); }

// A description of our own of the same pipe or terminal.
int open_again(int fd) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC | O_NOCTTY);
}

ErrorKind kind_of(int error) {
  if (error == EACCES || error == EPERM || error == EROFS) return ErrorKind::not_permitted;
  return error == ENOENT ? ErrorKind::not_found : ErrorKind::failed;
}

}  // namespace

Result<LogSink> LogSink::open_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
  if (fd >= 0) return LogSink(Kind::file, fd);
  return fail(
      Fault::operator_input,
      fmt::format("The log file {} cannot be opened ({}). Make its folder exist and let this "
                  "user write there, or name another file.",
                  path, std::strerror(errno)),
      kind_of(errno));
}

LogSink LogSink::to_journal(std::string_view path) {
  LogSink sink(Kind::journal, -1);
  sink.journal_ = std::make_unique<Journal>(path);
  return sink;
}

LogSink LogSink::on_descriptor(int fd) {
  struct stat about{};
  if (fd < 0 || fstat(fd, &about) != 0) return {Kind::nowhere, -1};
  if (S_ISSOCK(about.st_mode)) return {Kind::socket, duplicate(fd)};
  if (S_ISREG(about.st_mode)) return {Kind::file, duplicate(fd)};
  if (const int own = open_again(fd); own >= 0) return {Kind::stream, own};
  return {Kind::shared_stream, duplicate(fd)};
}

LogSink::LogSink(LogSink&& other) noexcept
    : kind_(std::exchange(other.kind_, Kind::nowhere)),
      fd_(std::exchange(other.fd_, -1)),
      journal_(std::move(other.journal_)) {}

LogSink& LogSink::operator=(LogSink&& other) noexcept {
  std::swap(kind_, other.kind_);
  std::swap(fd_, other.fd_);
  std::swap(journal_, other.journal_);
  return *this;
}

LogSink::~LogSink() {
  if (fd_ >= 0) ::close(fd_);
}

LogSink::Written LogSink::write(std::string_view bytes, std::chrono::milliseconds patience) {
  if (kind_ == Kind::nowhere) return {bytes.size(), 0};
  Written written;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (written.bytes < bytes.size()) {
    const long n = write_some(bytes.substr(written.bytes));
    if (n > 0) {
      written.bytes += static_cast<std::size_t>(n);
    } else if (n == 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      if (left.count() <= 0 || !wait_for_room(left)) return written;
    } else if (errno != EINTR) {
      written.error = errno;
      return written;
    }
  }
  return written;
}

// As write(2); 0 when there is no room now.
long LogSink::write_some(std::string_view bytes) {
  switch (kind_) {
    case Kind::socket: return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    case Kind::shared_stream:
      if (!wait_for_room(std::chrono::milliseconds{0})) return 0;
      return ::write(fd_, bytes.data(), std::min(bytes.size(), kPromisedRoom));
    case Kind::journal: return write_entry(bytes.substr(0, bytes.find('\n') + 1));
    default: return ::write(fd_, bytes.data(), bytes.size());
  }
}

long LogSink::write_entry(std::string_view line) const {
  Journal::Sent sent = journal_->send(journal_entry_of_access_line(line));
  if (sent == Journal::Sent::too_long) {
    std::string shorter;
    append_journal_field(shorter, "MESSAGE", line.substr(0, kPromisedRoom));
    sent = journal_->send(shorter);
  }
  if (sent == Journal::Sent::yes) return static_cast<long>(line.size());
  errno = sent == Journal::Sent::busy ? EAGAIN : ENOTCONN;
  return -1;
}

bool LogSink::wait_for_room(std::chrono::milliseconds patience) const {
  if (kind_ == Kind::journal) return false;  // its socket is never connected, so it cannot say
  pollfd wanted{fd_, POLLOUT, 0};
  return ::poll(&wanted, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace gatehouse
