#pragma once

// Servers of unit tests, as strange as they may be; no product code includes this.

#include <list>

#include "check/dial.h"
#include "crypto/testing/chains.h"
#include "io/resolver.h"
#include "io/testing/servers.h"
#include "tls/testing.h"

namespace gatehouse::check::testing {

using namespace std::chrono_literals;

inline constexpr std::string_view kOkAnswer =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

using io::testing::answer;
using io::testing::blurt;
using io::testing::keep_silent;
using io::testing::Listening;
using io::testing::serve_plainly;

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
