#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "base/testing.h"
#include "io/address.h"
#include "io/fd.h"

namespace gatehouse::cli::testing {

// A Unix socket in a folder of its own; a thread answers each connection by a script.
class ScriptedServer {
 public:
  // Given the request (its head and content), returns the bytes of the answer; the connection ends
  // behind them.
  using Script = std::function<std::string(const std::string& request)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    const auto address = io::SocketAddress::unix_path(path());
    if (::bind(listening_.get(), address->data(), address->size()) != 0) std::abort();
    if (::listen(listening_.get(), 16) != 0) std::abort();
    thread_ = std::thread([this] { accept_all(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listening_.get(), SHUT_RDWR);
    thread_.join();
  }

  std::string path() const { return folder_.file("s"); }

  // An answer with a Content-Length.
  static std::string answer(int status, std::string_view content) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(content.size()) + "\r\n\r\n" + std::string(content);
  }

 private:
  void accept_all() {
    std::vector<std::thread> sessions;
    while (true) {
      const int fd = ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) break;
      sessions.emplace_back([this, fd] { serve(io::Fd(fd)); });
    }
    for (auto& session : sessions) session.join();
  }
  void serve(const io::Fd& fd) const {
    std::string request;
    char buffer[4096];
    while (!whole(request)) {
      const auto got = ::recv(fd.get(), buffer, sizeof buffer, 0);
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    const std::string bytes = script_(request);
    (void)::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  static bool whole(const std::string& request) {
    const auto end = request.find("\r\n\r\n");
    if (end == request.npos) return false;
    const auto length = request.find("Content-Length: ");
    const std::size_t content =
        length == request.npos ? 0 : std::stoul(request.substr(length + 16));
    return request.size() >= end + 4 + content;
  }

  Script script_;
  gatehouse::testing::TemporaryFolder folder_;
  io::Fd listening_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::thread thread_;
};

}  // namespace gatehouse::cli::testing
