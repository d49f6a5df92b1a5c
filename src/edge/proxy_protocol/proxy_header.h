#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/address.h"

namespace gatehouse::edge {

// The PROXY protocol, versions 1 and 2: what a proxy says of a client before the client's first
// byte (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt; sections below are its).

// What the sender knows of the client's TLS (section 2.2.6). Texts are empty where nothing is said.
struct ProxySsl {
  bool tls = true;                         // the client came with TLS
  bool certificate_on_connection = false;  // it showed a certificate on this connection,
  bool certificate_in_session = false;     // or earlier in the TLS session of this one,
  bool verified = false;                   // which the sender has verified; never without one
  std::string version{};                   // "TLSv1.3"
  std::string cipher{};                    // "TLS_AES_128_GCM_SHA256"
  std::string client_common_name{};        // UTF-8 without control characters
  std::string signature_algorithm{};       // of the certificate that the client was shown
  std::string key_algorithm{};
  friend bool operator==(const ProxySsl&, const ProxySsl&) = default;
};

struct ProxyAddresses {
  IpEndpoint source;       // the client
  IpEndpoint destination;  // where it connected to
  friend bool operator==(const ProxyAddresses&, const ProxyAddresses&) = default;
};

// Everything but the addresses informs and never authorises: a sender that is believed about
// addresses may pass on what it was told by its client.
struct ProxyHeader {
  enum class Command : std::uint8_t {
    local,  // the sender's own connection, as of a health check; nothing else is said
    proxy,
  };
  Command command = Command::proxy;
  // Of TCP. Without them the client has none (a Unix socket) or the sender does not know them, and
  // the connection's own hold.
  std::optional<ProxyAddresses> addresses{};
  // Empty where nothing is said. Only version 2 has them. What may be any bytes is to be escaped
  // where a person reads it.
  std::string alpn{};       // any bytes, at most kLongestText
  std::string authority{};  // UTF-8 without control characters, at most kLongestText bytes
  std::string unique_id{};  // any bytes, at most kLongestUniqueId
  std::optional<ProxySsl> ssl{};

  static constexpr std::size_t kLongestText = 255;
  static constexpr std::size_t kLongestUniqueId = 128;
  // Whether a text can be an authority or a common name: else leave it out of what is written.
  static bool can_say(std::string_view text);
  friend bool operator==(const ProxyHeader&, const ProxyHeader&) = default;
};

// No header that is read is longer, and none that is written.
inline constexpr std::size_t kLongestProxyHeader = 4096;

enum class ProxyVersion : std::uint8_t { v1, v2 };

// At least one.
struct ProxyVersions {
  bool v1 = true;
  bool v2 = true;
};

struct ProxyHeaderIncomplete {
  // At least so many bytes are missing, never 0: who reads no more than these reads no byte of what
  // follows the header.
  std::size_t needed = 1;
};
struct ProxyHeaderComplete {
  std::size_t size = 0;  // of the header; what follows is the client's
  ProxyHeader header;
};
struct ProxyHeaderRefused {
  // What is wrong, as the second half of a sentence about the connection: "has no PROXY header".
  std::string_view what;
};
using ProxyHeaderRead =
    std::variant<ProxyHeaderIncomplete, ProxyHeaderComplete, ProxyHeaderRefused>;

// Reads a header from the start of `buffer`. While it is incomplete, call again with the same bytes
// and more behind them; at the latest kLongestProxyHeader bytes decide. A connection that is
// refused has to be closed. For connections only that must begin with a header: the protocol is
// never detected (section 2).
[[nodiscard]] ProxyHeaderRead read_proxy_header(std::string_view buffer, ProxyVersions accepted);

// Whether a header of version 2 says its CRC32C (section 2.2.3).
enum class ProxyChecksum : std::uint8_t { none, crc32c };

// Writes a header to `out` and returns its size. Nothing, and `out` is undefined, where `out` is
// too small, which kLongestProxyHeader bytes never are, or version 2 cannot say one of the texts.
// Version 1 says the addresses only. Without addresses nothing is said at all: the line is UNKNOWN,
// the command of version 2 LOCAL, which every receiver has to take.
[[nodiscard]] std::optional<std::size_t> write_proxy_header(
    std::span<char> out, const ProxyHeader& header, ProxyVersion version,
    ProxyChecksum checksum = ProxyChecksum::none);

}  // namespace gatehouse::edge
