#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace gatehouse::testing {

// A Unix datagram socket that somebody is told things through: of the service manager, of the
// journal. A name with a leading @ is abstract.
class DatagramSocket {
 public:
  explicit DatagramSocket(const std::string& name)
      : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    const bool abstract = name.front() == '@';
    if (abstract) address.sun_path[0] = '\0';
    const std::size_t size = offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) !=
        0) {
      std::abort();
    }
  }
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;
  ~DatagramSocket() { ::close(fd_); }

  // What has arrived, one text for each datagram. Unix datagrams are there once they are sent.
  std::vector<std::string> arrived() {
    std::vector<std::string> all;
    std::string some(std::size_t{1} << 20, '\0');
    while (true) {
      const auto n = ::recv(fd_, some.data(), some.size(), MSG_DONTWAIT);
      if (n < 0) return all;
      all.push_back(some.substr(0, static_cast<std::size_t>(n)));
    }
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace gatehouse::testing
