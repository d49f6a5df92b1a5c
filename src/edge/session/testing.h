#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "edge/session/session.h"
#include "io/resolver.h"
#include "io/testing.h"

namespace gatehouse::edge::testing {

using namespace std::chrono_literals;

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
inline constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// The far end of a connection, in the hands of a test. Never blocks.
class Peer {
 public:
  explicit Peer(io::Fd fd) : fd_(std::move(fd)) {}

  void say(std::string_view text) { (void)offer(text); }
  // Says as much as the other side has room for; the rest.
  std::string_view offer(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) break;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return text;
  }
  // What has come since the last call.
  std::string heard() {
    std::string text;
    char buffer[65536];
    while (true) {
      const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got > 0) {
        text.append(buffer, static_cast<std::size_t>(got));
        continue;
      }
      ended_ = got == 0 || (errno != EAGAIN && errno != EINTR);
      reset_ = got < 0 && errno == ECONNRESET;
      return text;
    }
  }
  // As of the last heard().
  bool ended() const { return ended_; }
  bool was_reset() const { return reset_; }
  void end_writing() { ::shutdown(fd_.get(), SHUT_WR); }
  void leave() { fd_.reset(); }
  bool here() const { return static_cast<bool>(fd_); }

 private:
  io::Fd fd_;
  bool ended_ = false;
  bool reset_ = false;
};

// A listening Unix socket on which the test plays the application.
class Application {
 public:
  explicit Application(const std::filesystem::path& path) : path_(path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    fd_ = io::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_.get(), 64), 0);
  }
  // The next connection that gatehouse has opened, or nullptr.
  std::unique_ptr<Peer> accept() {
    io::Fd fd(::accept(fd_.get(), nullptr, nullptr));
    return fd ? std::make_unique<Peer>(std::move(fd)) : nullptr;
  }
  UpstreamUrl url() const { return UpstreamUrl::parse("unix:" + path_.string()).value(); }

 private:
  std::filesystem::path path_;
  io::Fd fd_;
};

// One thread's edge with a fake clock: sessions over socket pairs, applications over Unix sockets.
class Edge : public io::testing::ReactorTest {
 protected:
  Edge() {
    std::string pattern = (std::filesystem::temp_directory_path() / "edge-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    app = std::make_unique<Application>(folder / "app");
    auto site = std::make_shared<Site>("default", 0);
    site->add_route("/", Forward{set});
    routes.set_default(site);
    listener->routes = &routes;
    listener->port = 8080;
  }
  ~Edge() override {
    scope.cancel();
    settle();
    std::filesystem::remove_all(folder);
  }

  // Before the first connect(): settings and upstreams.
  void open() {
    if (thread) return;
    resolver = io::Resolver::make(reactor).value();
    thread = std::make_unique<ThreadContext>(reactor, *resolver, *metrics, nullptr, events, 1);
    for (const UpstreamUrl& url : upstreams.empty() ? std::vector{app->url()} : upstreams) {
      set->members.push_back({url, 0});
    }
    serve_generation();
  }
  // What is configured now counts for requests from now on.
  void serve_generation() {
    listener->generation =
        make_counted<const Generation>(++generations, nullptr, settings, certificate);
  }
  UpstreamGroup& group() { return thread->upstreams.of(set); }
  Peer connect() {
    open();
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    scope.spawn(serve_connection(
        *thread, listener, {io::Fd(fds[0]), io::SocketAddress::ip("192.0.2.7", 4711).value()}));
    settle();
    return Peer(io::Fd(fds[1]));
  }
  std::string answer_to(Peer& client, std::string_view request) {
    client.say(request);
    settle();
    return client.heard();
  }
  // The application's end of the connection that carries a request just made.
  std::unique_ptr<Peer> taken_by_app() {
    settle();
    auto peer = app->accept();
    settle();
    return peer;
  }

  // A connection of the application that has carried one whole exchange of `client`.
  std::unique_ptr<Peer> kept_by_app(Peer& client) {
    client.say(kGet);
    auto peer = taken_by_app();
    (void)peer->heard();
    peer->say(kOk);
    settle();
    (void)client.heard();
    return peer;
  }

  EventLog events{{.at_least = LogLevel::error, .fd = -1}, clock};
  EdgeSettings settings;
  std::unique_ptr<WorkerMetrics> metrics = std::make_unique<WorkerMetrics>();
  std::filesystem::path folder;
  std::unique_ptr<Application> app;
  std::vector<UpstreamUrl> upstreams;
  std::unique_ptr<io::Resolver> resolver;
  RouteTable routes;
  CountedPtr<ListenerContext> listener = make_counted<ListenerContext>();
  std::shared_ptr<UpstreamSet> set = std::make_shared<UpstreamSet>();
  CertificateSummary certificate;
  std::uint64_t generations = 0;
  std::unique_ptr<ThreadContext> thread;
  io::Scope scope{reactor};
};

}  // namespace gatehouse::edge::testing
