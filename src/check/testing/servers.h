#pragma once

// Servers of unit tests, as strange as they may be; no product code includes this.

#include <functional>
#include <list>
#include <sys/socket.h>

#include "check/dial.h"
#include "crypto/testing/chains.h"
#include "io/resolver.h"
#include "tls/testing.h"

namespace gatehouse::check::testing {

using namespace std::chrono_literals;

inline constexpr std::string_view kOkAnswer =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

// Accepts on a free port of 127.0.0.1 and gives every connection to a task.
class Listening {
 public:
  using Serve = std::function<io::Task<void>(io::Reactor&, io::Fd)>;

  Listening(io::Reactor& reactor, Serve serve) : scope_(reactor), serve_(std::move(serve)) {
    io::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto any = io::SocketAddress::ip("127.0.0.1", 0).value();
    EXPECT_EQ(::bind(fd.get(), any.data(), any.size()), 0);
    EXPECT_EQ(::listen(fd.get(), 64), 0);
    address_ = io::SocketAddress::local_of(fd.get());
    socket_.emplace(reactor, std::move(fd));
    scope_.spawn(accept_all(*this));
  }
  ~Listening() {
    scope_.cancel();
    while (scope_.running() > 0) socket_->reactor().run_once(0ms);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  const io::SocketAddress& address() const { return address_; }
  std::uint16_t port() const { return address_.port(); }

 private:
  static io::Task<void> accept_all(Listening& self) {
    while (co_await self.socket_->readable(io::Deadline::never()) == io::Wake::ready) {
      io::Fd fd(::accept4(self.socket_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) {
        self.socket_->clear_readable();
        continue;
      }
      self.scope_.spawn(self.serve_(self.socket_->reactor(), std::move(fd)));
    }
  }

  io::Scope scope_;
  Serve serve_;
  io::SocketAddress address_;
  std::optional<io::Socket> socket_;
};

// Reads a request's head and writes the answer.
inline io::Task<void> answer(io::ByteStream& stream, std::string answer, std::string& heard) {
  std::array<char, 4096> some;
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto got = co_await io::read_some(stream, some, io::Deadline::never());
    if (!got || *got == 0) co_return;
    request.append(some.data(), *got);
  }
  heard = request;
  (void)co_await io::write_all(stream, answer, io::Flush::last, 1h);
}

inline io::Task<void> serve_plainly(io::Reactor& reactor, io::Fd fd, std::string text,
                                    std::string& heard) {
  io::PlainStream stream(reactor, std::move(fd));
  co_await answer(stream, std::move(text), heard);
}

// Sends bytes without listening first, and closes.
inline io::Task<void> blurt(io::Reactor& reactor, io::Fd fd, std::string bytes) {
  io::PlainStream stream(reactor, std::move(fd));
  (void)co_await io::write_all(stream, bytes, io::Flush::last, 1h);
  // What the peer sends is read, so that closing resets nothing.
  std::array<char, 4096> some;
  for (std::size_t n = 1; n > 0;) {
    n = (co_await io::read_some(stream, some, io::Deadline::never())).value_or(0);
  }
}

// Takes the connection and never says a word.
inline io::Task<void> keep_silent(io::Reactor& reactor, io::Fd fd) {
  io::Socket socket(reactor, std::move(fd));
  co_await reactor.sleep(io::Deadline::never());
}

// A certification authority with an intermediate, and servers that show what it has issued. All of
// it lives by the time of the fake clock.
class CheckTest : public tls::testing::TlsTest {
 protected:
  CheckTest() : resolver(io::Resolver::make(reactor).value()) { show(good()); }

  static const crypto::testing::Ca& authority() {
    static const crypto::testing::Ca made;
    return made;
  }
  static const crypto::Identity& good() {
    static const crypto::Identity made = authority().serve({"a.example", "127.0.0.1"});
    return made;
  }
  static std::vector<crypto::Certificate> anchors() { return {authority().root}; }

  // A leaf of the authority that is not as it should be; with its intermediate.
  template <class Change>
  static crypto::Identity issued(Change change, crypto::KeyType type = crypto::KeyType::p256) {
    auto key = crypto::PrivateKey::generate(type).value();
    auto spec = crypto::testing::server_spec({"a.example"});
    change(spec);
    auto leaf = crypto::issue(spec, key, authority().intermediate, authority().key).value();
    return {{leaf, authority().intermediate}, key};
  }
  static crypto::Identity self_signed() {
    auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
    auto leaf = crypto::issue_self_signed(crypto::testing::server_spec({"a.example"}), key).value();
    return {{leaf}, key};
  }

  // From now on servers answer every hello with it.
  void show(const crypto::Identity& identity, tls::Profile profile = tls::Profile::intermediate) {
    std::vector<ByteView> chain;
    for (const auto& certificate : identity.chain) chain.push_back(certificate.der());
    answer_with(std::make_shared<const tls::Credential>(chain, identity.key), profile);
    serve({.profile = profile});
  }

  Listening plain(std::string text) {
    return Listening(reactor, [this, text = std::move(text)](io::Reactor& on, io::Fd fd) {
      return serve_plainly(on, std::move(fd), text, heard);
    });
  }
  Listening secure(std::string text = std::string(kOkAnswer)) {
    return Listening(reactor, [this, text = std::move(text)](io::Reactor& on, io::Fd fd) {
      return serve_securely(*this, on, std::move(fd), text);
    });
  }
  Listening blurting(std::string bytes) {
    return Listening(reactor, [bytes = std::move(bytes)](io::Reactor& on, io::Fd fd) {
      return blurt(on, std::move(fd), bytes);
    });
  }
  Listening silent() {
    return Listening(reactor,
                     [](io::Reactor& on, io::Fd fd) { return keep_silent(on, std::move(fd)); });
  }

  // Runs a task to its end. Time stands still; `while_waiting` may move it.
  template <class T>
  T wait_for(io::Task<T> task, const std::function<void()>& while_waiting = [] {}) {
    std::optional<T> result;
    io::Scope scope(reactor);
    scope.spawn(keep(std::move(task), result));
    for (int pass = 0; pass < 2000 && !result; ++pass) {
      reactor.run_once(5ms);
      while_waiting();
    }
    EXPECT_TRUE(result) << "the task does not end";
    scope.cancel();
    while (scope.running() > 0) reactor.run_once(0ms);
    return std::move(*result);
  }

  std::unique_ptr<io::Resolver> resolver;
  std::string heard;  // the last request

 private:
  template <class T>
  static io::Task<void> keep(io::Task<T> task, std::optional<T>& into) {
    into.emplace(co_await std::move(task));
  }
  static io::Task<void> serve_securely(CheckTest& test, io::Reactor& reactor, io::Fd fd,
                                       std::string text) {
    tls::TlsStream stream(reactor, std::move(fd), test.wire, *test.server_context);
    const auto shaken = co_await stream.handshake(io::Deadline::never());
    if (!shaken && stream.fault() == tls::HandshakeFault::plain_http) {
      stream.answer_plainly("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    }
    if (shaken) co_await answer(stream, std::move(text), test.heard);
  }
};

}  // namespace gatehouse::check::testing
