#include "io/socket.h"

#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace gatehouse::io {

Socket::Socket(Reactor& reactor, Fd fd, Phase phase)
    : reactor_(reactor),
      fd_(std::move(fd)),
      writable_(phase == Phase::standing),
      watches_output_(phase == Phase::connecting) {
  reactor_.watch(fd_.get(), *this,
                 watches_output_ ? Reactor::Interest::input_and_output : Reactor::Interest::input);
}

Socket::~Socket() { reactor_.unwatch(fd_.get(), *this); }

IoResult Socket::recv(std::span<char> into) {
  if (!readable_) return {IoStatus::would_block};
  const ssize_t got = ::recv(fd_.get(), into.data(), into.size(), 0);
  if (got > 0) {
    // A short read has emptied the socket (epoll(7)), unless the end still waits behind it.
    if (static_cast<std::size_t>(got) < into.size() && !peer_closed_) readable_ = false;
    return {IoStatus::ok, static_cast<std::size_t>(got)};
  }
  if (got == 0) return {IoStatus::closed};
  error_ = errno;
  if (error_ == EINTR) return recv(into);
  if (error_ != EAGAIN) return {IoStatus::failed};
  readable_ = false;
  return {IoStatus::would_block};
}

IoResult Socket::send(std::span<const char> from) {
  if (!writable_) return {IoStatus::would_block};
  const ssize_t sent = ::send(fd_.get(), from.data(), from.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    if (static_cast<std::size_t>(sent) < from.size()) clear_writable();
    return {IoStatus::ok, static_cast<std::size_t>(sent)};
  }
  error_ = errno;
  if (error_ == EINTR) return send(from);
  if (error_ != EAGAIN) return {IoStatus::failed};
  clear_writable();
  return {IoStatus::would_block};
}

void Socket::clear_writable() {
  writable_ = false;
  if (watches_output_) return;
  watches_output_ = true;
  reactor_.watch_output_too(fd_.get(), *this);
}

void Socket::on_events(std::uint32_t events) {
  constexpr std::uint32_t kBroken = EPOLLHUP | EPOLLERR;
  if ((events & (EPOLLIN | EPOLLRDHUP | kBroken)) != 0) readable_ = true;
  if ((events & (EPOLLOUT | kBroken)) != 0) writable_ = true;
  if ((events & (EPOLLRDHUP | kBroken)) != 0) peer_closed_ = true;
  if ((events & kBroken) != 0) broken_ = true;
  if (when_gone_ != nullptr && peer_gone(gone_) && reader_ == nullptr) when_gone_->interrupt();
  // The first one resumed may end both tasks and this socket: the second is only queued.
  if (writable_ && writer_ != nullptr) {
    if (!readable_ || reader_ == nullptr) return writer_->resume(Wake::ready);
    writer_->wake_soon(Wake::ready);
  }
  if (readable_ && reader_ != nullptr) reader_->resume(Wake::ready);
}

void Socket::interrupt() {
  if (reader_ != nullptr) reader_->wake_soon(Wake::cancelled);
  if (writer_ != nullptr) writer_->wake_soon(Wake::cancelled);
}

void Socket::reset_on_close() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  (void)setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Socket::shutdown_write() { (void)::shutdown(fd_.get(), SHUT_WR); }

namespace {

int pending_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// "Unreachable" is a peer that answered with a refusal; what never got that far has kinds of its
// own.
ErrorKind kind_of(int error) {
  switch (error) {
    case ETIMEDOUT: return ErrorKind::timed_out;
    case ENOENT:
    case EHOSTUNREACH:
    case ENETUNREACH: return ErrorKind::not_found;
    case EACCES: return ErrorKind::not_permitted;
    default: return ErrorKind::unreachable;
  }
}

// What this machine is short of is no fault of the peer.
bool short_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == EADDRNOTAVAIL;
}

std::unexpected<Error> no_connection(int error) {
  if (short_of_resources(error)) return fail_for_now(Fault::machine, std::strerror(error));
  return fail_for_now(Fault::upstream, describe_peer_error(error), kind_of(error));
}

}  // namespace

Result<Fd> start_connect(const SocketAddress& to) {
  Fd fd(::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return no_connection(errno);
  if (!to.is_unix()) {
    const int on = 1;
    (void)setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (::connect(fd.get(), to.data(), to.size()) != 0 && errno != EINPROGRESS) {
    return no_connection(errno);
  }
  return fd;
}

Task<Result<Ok>> finish_connect(Socket& socket, Deadline deadline) {
  const Wake wake = co_await socket.writable(deadline);
  if (wake == Wake::timed_out) {
    co_return fail_for_now(Fault::upstream, "did not answer the connection attempt in time",
                           ErrorKind::timed_out);
  }
  if (wake == Wake::cancelled) co_return fail(Fault::ours, "was given up while connecting");
  if (!socket.peer_closed()) co_return Ok{};
  if (const int error = pending_error(socket.fd()); error != 0) co_return no_connection(error);
  co_return Ok{};
}

IoResult PlainStream::write(std::span<const char> from, Flush flush) {
  std::size_t taken = 0;
  while (taken < from.size()) {
    const IoResult sent = socket_.send(from.subspan(taken));
    taken += sent.bytes;
    if (sent.status != IoStatus::ok) return {sent.status, taken};
    if (taken < from.size() && !socket_.can_write()) return {IoStatus::would_block, taken};
  }
  if (flush == Flush::last) close_write();
  return {IoStatus::ok, taken};
}

std::string PlainStream::failure() const { return describe_peer_error(socket_.error()); }

std::string describe_peer_error(int error) {
  switch (error) {
    case ECONNREFUSED: return "refused the connection";
    case ECONNRESET:
    case EPIPE: return "reset the connection";
    case ETIMEDOUT: return "did not answer";
    case EHOSTUNREACH:
    case ENETUNREACH: return "cannot be reached from this machine";
    case ENOENT: return "does not exist";
    case EACCES: return "may not be opened by gatehouse's user";
    case EAGAIN: return "takes no more connections";
    default: return fmt::format("failed: {}", std::strerror(error));
  }
}

}  // namespace gatehouse::io
