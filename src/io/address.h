#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include "base/result.h"

namespace gatehouse::io {

// The address of a socket: IPv4, IPv6 or a Unix path.
class SocketAddress {
 public:
  SocketAddress() = default;
  // `host` is an IP address without brackets.
  static Result<SocketAddress> ip(std::string_view host, std::uint16_t port);
  static Result<SocketAddress> unix_path(std::string_view path);
  static SocketAddress from(const sockaddr_storage& storage, socklen_t size);
  static SocketAddress local_of(int fd);

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

  bool is_unix() const { return family() == AF_UNIX; }
  bool is_loopback() const;
  // 0 for Unix sockets.
  std::uint16_t port() const;
  // The address without port; an IPv4-mapped IPv6 address as IPv4; the path of a Unix socket.
  std::string host() const;
  // host:port, [host]:port or unix:/path.
  std::string text() const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace gatehouse::io
