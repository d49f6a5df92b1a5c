#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/server_name.h"

namespace gatehouse {

// An IP address. IPv4 in IPv6 clothes (::ffff:192.0.2.1) is the IPv4 address, always: what a
// dual-stack socket reports compares equal to what an operator writes.
class IpAddress {
 public:
  static Result<IpAddress> parse(std::string_view text);  // IPv6 with or without brackets
  static IpAddress v4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v6() const { return v6_; }
  bool is_loopback() const;
  bool is_any() const;
  // 4 or 16 bytes in network order.
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), v6_ ? 16U : 4U};
  }
  std::string text() const;
  std::string url_host() const { return v6_ ? "[" + text() + "]" : text(); }

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  IpAddress() = default;
  std::array<std::uint8_t, 16> bytes_{};
  bool v6_ = false;
};

struct IpEndpoint {
  IpAddress address;
  std::uint16_t port = 0;

  static Result<IpEndpoint> parse(std::string_view text);  // 127.0.0.1:80, [::1]:80
  std::string text() const;
  friend bool operator==(const IpEndpoint&, const IpEndpoint&) = default;
};

// `10.0.0.0/8`, `fd00::/8`, or one address. Bits beyond the prefix must be zero: who writes
// 10.1.2.3/8 means one of two things.
class Cidr {
 public:
  static Result<Cidr> parse(std::string_view text);
  bool contains(const IpAddress& address) const;
  const IpAddress& base() const { return base_; }
  int prefix() const { return prefix_; }
  std::string text() const;
  friend bool operator==(const Cidr&, const Cidr&) = default;

 private:
  Cidr(IpAddress base, int prefix) : base_(base), prefix_(prefix) {}
  Cidr cut() const;
  IpAddress base_;
  int prefix_;
};

// Where a listener waits: `:8443`, `localhost:8443`, `127.0.0.1:0`, `[::1]:8443`, with `http://`
// before it a plain listener, with `https://` or nothing one with TLS. Port 0: the kernel chooses.
class ListenAddress {
 public:
  enum class Scope { everywhere, localhost, one_address };
  static Result<ListenAddress> parse(std::string_view text);

  bool tls() const { return tls_; }
  Scope scope() const { return scope_; }
  std::uint16_t port() const { return port_; }
  // One socket each. everywhere: [::], to be opened for IPv4 too (0.0.0.0 on a machine without
  // IPv6). localhost: 127.0.0.1 and ::1; with port 0 the second takes the port of the first.
  std::vector<IpEndpoint> endpoints() const;
  // As an operator would write it.
  std::string text() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;

 private:
  ListenAddress(bool tls, Scope scope, std::optional<IpAddress> address, std::uint16_t port)
      : tls_(tls), scope_(scope), address_(address), port_(port) {}
  bool tls_;
  Scope scope_;
  std::optional<IpAddress> address_;
  std::uint16_t port_;
};

// The server behind us: `http://HOST[:PORT]` or `unix:/path/app.sock`.
class UpstreamUrl {
 public:
  struct Tcp {
    ServerName host;
    std::uint16_t port;
    friend bool operator==(const Tcp&, const Tcp&) = default;
  };
  struct Unix {
    std::string path;
    friend bool operator==(const Unix&, const Unix&) = default;
  };
  static Result<UpstreamUrl> parse(std::string_view text);

  const Tcp* tcp() const { return std::get_if<Tcp>(&where_); }
  const Unix* unix_socket() const { return std::get_if<Unix>(&where_); }
  // HTTP/2 without TLS, by prior knowledge (RFC 9113 section 3.3); else HTTP/1.1.
  bool http2() const { return http2_; }
  // For logs and pages: `127.0.0.1:3000`, `/run/app.sock`.
  std::string address() const;
  // `http://127.0.0.1:3000`, `h2c://127.0.0.1:3000`, `unix:/run/app.sock`,
  // `h2c+unix:/run/app.sock`.
  std::string text() const;
  friend bool operator==(const UpstreamUrl&, const UpstreamUrl&) = default;

 private:
  UpstreamUrl(std::variant<Tcp, Unix> where, bool http2)
      : where_(std::move(where)), http2_(http2) {}
  std::variant<Tcp, Unix> where_;
  bool http2_;
};

}  // namespace gatehouse
