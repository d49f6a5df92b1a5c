#include "io/address.h"

#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

#include <fmt/format.h>

namespace gatehouse::io {
namespace {

const sockaddr_in& v4(const sockaddr_storage& s) { return reinterpret_cast<const sockaddr_in&>(s); }
const sockaddr_in6& v6(const sockaddr_storage& s) {
  return reinterpret_cast<const sockaddr_in6&>(s);
}

}  // namespace

Result<SocketAddress> SocketAddress::ip(std::string_view host, std::uint16_t port) {
  SocketAddress address;
  const std::string text(host);
  auto& four = reinterpret_cast<sockaddr_in&>(address.storage_);
  auto& six = reinterpret_cast<sockaddr_in6&>(address.storage_);
  if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    address.size_ = sizeof four;
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    address.size_ = sizeof six;
    return address;
  }
  return fail(Fault::operator_input, fmt::format("\"{}\" is not an IP address", text),
              ErrorKind::invalid);
}

Result<SocketAddress> SocketAddress::unix_path(std::string_view path) {
  SocketAddress address;
  auto& un = reinterpret_cast<sockaddr_un&>(address.storage_);
  if (path.empty() || path.front() != '/' || path.size() >= sizeof un.sun_path) {
    return fail(Fault::operator_input,
                fmt::format("\"{}\" cannot be a Unix socket: its path must be absolute and shorter "
                            "than {} bytes",
                            path, sizeof un.sun_path),
                ErrorKind::invalid);
  }
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), path.size());
  address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

SocketAddress SocketAddress::from(const sockaddr_storage& storage, socklen_t size) {
  SocketAddress address;
  address.storage_ = storage;
  address.size_ = size;
  return address;
}

SocketAddress SocketAddress::local_of(int fd) {
  SocketAddress address;
  address.size_ = sizeof address.storage_;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage_), &address.size_) != 0) {
    return {};
  }
  return address;
}

bool SocketAddress::is_loopback() const {
  if (family() == AF_INET) return (ntohl(v4(storage_).sin_addr.s_addr) >> 24) == 127;
  if (family() != AF_INET6) return is_unix();
  const in6_addr& a = v6(storage_).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&a) || (IN6_IS_ADDR_V4MAPPED(&a) && a.s6_addr[12] == 127);
}

std::uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(v4(storage_).sin_port);
  if (family() == AF_INET6) return ntohs(v6(storage_).sin6_port);
  return 0;
}

std::string SocketAddress::host() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (family() == AF_INET) {
    return inet_ntop(AF_INET, &v4(storage_).sin_addr, out.data(), out.size());
  }
  if (family() == AF_INET6) {
    const in6_addr& a = v6(storage_).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&a)) {
      return inet_ntop(AF_INET, &a.s6_addr[12], out.data(), out.size());
    }
    return inet_ntop(AF_INET6, &a, out.data(), out.size());
  }
  if (is_unix()) return reinterpret_cast<const sockaddr_un&>(storage_).sun_path;
  return "?";
}

std::string SocketAddress::text() const {
  if (is_unix()) return "unix:" + host();
  const std::string name = host();
  const bool bracket = name.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", bracket ? "[" : "", name, bracket ? "]" : "", port());
}

}  // namespace gatehouse::io
