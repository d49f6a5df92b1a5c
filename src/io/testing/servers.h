#pragma once

// Servers of unit tests, as strange as they may be; no product code includes this.

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "io/byte_stream.h"
#include "io/reactor.h"
#include "io/scope.h"
#include "io/socket.h"

namespace gatehouse::io::testing {

using namespace std::chrono_literals;

// Accepts on a free port of 127.0.0.1 and gives every connection to a task.
class Listening {
 public:
  using Serve = std::function<Task<void>(Reactor&, Fd)>;

  Listening(Reactor& reactor, Serve serve) : scope_(reactor), serve_(std::move(serve)) {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto any = SocketAddress::ip("127.0.0.1", 0).value();
    EXPECT_EQ(::bind(fd.get(), any.data(), any.size()), 0);
    EXPECT_EQ(::listen(fd.get(), 64), 0);
    address_ = SocketAddress::local_of(fd.get());
    socket_.emplace(reactor, std::move(fd));
    scope_.spawn(accept_all(*this));
  }
  ~Listening() {
    scope_.cancel();
    while (scope_.running() > 0) socket_->reactor().run_once(0ms);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  const SocketAddress& address() const { return address_; }
  std::uint16_t port() const { return address_.port(); }

 private:
  static Task<void> accept_all(Listening& self) {
    while (co_await self.socket_->readable(Deadline::never()) == Wake::ready) {
      Fd fd(::accept4(self.socket_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) {
        self.socket_->clear_readable();
        continue;
      }
      self.scope_.spawn(self.serve_(self.socket_->reactor(), std::move(fd)));
    }
  }

  Scope scope_;
  Serve serve_;
  SocketAddress address_;
  std::optional<Socket> socket_;
};

// Reads a request's head and writes the answer.
inline Task<void> answer(ByteStream& stream, std::string answer, std::string& heard) {
  std::array<char, 4096> some;
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto got = co_await read_some(stream, some, Deadline::never());
    if (!got || *got == 0) co_return;
    request.append(some.data(), *got);
  }
  heard = request;
  (void)co_await write_all(stream, answer, Flush::last, 1h);
}

inline Task<void> serve_plainly(Reactor& reactor, Fd fd, std::string text, std::string& heard) {
  PlainStream stream(reactor, std::move(fd));
  co_await answer(stream, std::move(text), heard);
}

// Sends bytes without listening first, and closes.
inline Task<void> blurt(Reactor& reactor, Fd fd, std::string bytes) {
  PlainStream stream(reactor, std::move(fd));
  (void)co_await write_all(stream, bytes, Flush::last, 1h);
  // What the peer sends is read, so that closing resets nothing.
  std::array<char, 4096> some;
  for (std::size_t n = 1; n > 0;) {
    n = (co_await read_some(stream, some, Deadline::never())).value_or(0);
  }
}

// Takes the connection and never says a word.
inline Task<void> keep_silent(Reactor& reactor, Fd fd) {
  Socket socket(reactor, std::move(fd));
  co_await reactor.sleep(Deadline::never());
}

}  // namespace gatehouse::io::testing
