#pragma once

#include <cerrno>
#include <span>
#include <sys/types.h>

#include "base/result.h"
#include "io/address.h"
#include "io/byte_stream.h"
#include "io/fd.h"
#include "io/interruptible.h"
#include "io/reactor.h"
#include "io/wait.h"

namespace gatehouse::io {

// A non-blocking descriptor that is registered once and knows what the kernel last said of it:
// a short read or write clears the flag, the next edge sets it, so no call is spent on EAGAIN.
// One that stands already can be written to and is watched for output only once it was full: most
// connections never are, and the kernel would wake us for each of them to say so.
class Socket final : public EventTarget, public Interruptible {
 public:
  enum class Phase : unsigned char { connecting, standing };

  Socket(Reactor& reactor, Fd fd, Phase phase = Phase::standing);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  IoResult recv(std::span<char> into);
  IoResult send(std::span<const char> from);

  // co_await socket.readable(deadline) -> Wake. Ready at once while the flag is set.
  auto readable(Deadline deadline);
  auto writable(Deadline deadline);

  bool can_read() const { return readable_; }
  bool can_write() const { return writable_; }
  // After EAGAIN of a call that was not ours (accept, connect, the TLS engine).
  void clear_readable() { readable_ = false; }
  void clear_writable();
  // What counts as a peer that is gone: that it ended its side, or only that nobody is there to
  // read any more.
  enum class Gone : unsigned char { ended, broken };

  // The peer has ended its side or the connection is broken; bytes may still be there to read.
  bool peer_closed() const { return peer_closed_; }
  // The errno of the last failed call.
  int error() const { return error_; }

  void interrupt() override;
  // When the peer is gone while nobody reads here, the waits of `other` are interrupted; nullptr
  // ends that. `other` is unlinked before it is destroyed.
  void interrupt_when_gone(Interruptible* other, Gone gone = Gone::ended) {
    when_gone_ = other;
    gone_ = gone;
  }
  bool peer_gone(Gone gone) const { return gone == Gone::ended ? peer_closed_ : broken_; }
  // After this the peer gets a reset instead of an orderly end.
  void reset_on_close();
  void shutdown_write();

  int fd() const { return fd_.get(); }
  Reactor& reactor() { return reactor_; }

 private:
  class Wait;

  void on_events(std::uint32_t events) override;

  Reactor& reactor_;
  Fd fd_;
  bool readable_ = false;
  bool writable_;
  bool watches_output_;
  bool peer_closed_ = false;
  bool broken_ = false;
  Gone gone_ = Gone::ended;
  int error_ = 0;
  Waiter* reader_ = nullptr;
  Waiter* writer_ = nullptr;
  Interruptible* when_gone_ = nullptr;
};

class Socket::Wait final : public Waiter {
 public:
  Wait(Socket& socket, const bool& flag, Waiter*& slot, Deadline deadline)
      : Waiter(socket.reactor_), flag_(flag), slot_(slot), deadline_(deadline) {}
  bool await_ready() const { return flag_; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!arm(waiting, waiting.promise().scope, deadline_)) return false;
    slot_ = this;
    return true;
  }
  Wake await_resume() const { return result(); }

 private:
  void forget() override { slot_ = nullptr; }

  const bool& flag_;
  Waiter*& slot_;
  Deadline deadline_;
};

inline auto Socket::readable(Deadline deadline) {
  return Wait(*this, readable_, reader_, deadline);
}
inline auto Socket::writable(Deadline deadline) {
  return Wait(*this, writable_, writer_, deadline);
}

// Starts a connection; the socket made of the descriptor becomes writable when it stands. Errors
// say what the peer did ("refused the connection"), without its address; those of Fault::machine
// what is missing here ("Too many open files").
Result<Fd> start_connect(const SocketAddress& to);
Task<Result<Ok>> finish_connect(Socket& socket, Deadline deadline);

// A connection without TLS.
class PlainStream final : public ByteStream {
 public:
  PlainStream(Reactor& reactor, Fd fd, Socket::Phase phase = Socket::Phase::standing)
      : socket_(reactor, std::move(fd), phase) {}

  IoResult read(std::span<char> into) override { return socket_.recv(into); }
  bool may_read() const override { return socket_.can_read(); }
  IoResult write(std::span<const char> from, Flush flush) override;
  IoResult flush() override { return {IoStatus::ok}; }
  void close_write() override { socket_.shutdown_write(); }
  Socket& socket() override { return socket_; }
  std::string failure() const override;

 private:
  Socket socket_;
};

// "refused the connection", "reset the connection", ...: what the peer did, from an errno.
std::string describe_peer_error(int error);

}  // namespace gatehouse::io
