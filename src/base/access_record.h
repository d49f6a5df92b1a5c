#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace gatehouse {

// One handled request; everything is borrowed for the call that logs it. What is not known (a
// request that never had a full head: 400, 408) stays empty or zero. Of header fields only these
// are here, and of those that hold secrets only that they were there: none can be logged by
// accident.
struct AccessRecord {
  struct Tls {
    bool resumed = false;
    std::uint16_t version = 0;       // as on the wire: 0x0304
    std::uint16_t cipher_suite = 0;  // IANA number
    std::string_view proto{};        // ALPN
    std::string_view server_name{};
    std::string_view group{};
  };
  struct Upstream {
    std::string_view addr{};
    int status = 0;  // 0: it gave none
    std::chrono::nanoseconds duration{};
    bool reused = false;
  };

  WallTime time{};               // when it was done
  std::string_view remote_ip{};  // the peer of the socket
  std::uint16_t remote_port = 0;
  std::string_view client_ip{};  // as trusted proxies tell; empty: the peer
  std::string_view proto{};      // HTTP/1.1
  std::string_view method{};
  std::string_view host{};
  std::string_view uri{};         // with its query
  std::string_view user_agent{};  // empty: not logged
  std::string_view referer{};     // the same
  bool authorization = false;     // "REDACTED"
  bool proxy_authorization = false;
  bool cookie = false;
  std::optional<Tls> tls{};
  std::uint64_t bytes_read = 0;  // of the request's body
  std::chrono::nanoseconds duration{};
  std::uint64_t size = 0;  // of the response's body, as sent
  int status = 0;
  std::optional<Upstream> upstream{};
  std::string_view request_id{};
  std::string_view trace_id{};  // empty: not logged
  std::string_view error{};     // why it did not end as it should; empty when it did
};

// No line is longer; longer values are cut and end in "...".
inline constexpr std::size_t kLongestAccessLine = 63 * 1024;

// Room that the line of this record may need; usually 2 KiB, at most kLongestAccessLine.
std::size_t access_line_room(const AccessRecord& record);

// Writes one JSON line with Caddy's field names, newline included, to `out`, which has
// access_line_room(record) bytes; returns the end. Always valid JSON. Never allocates.
char* write_access_line(char* out, const AccessRecord& record);

}  // namespace gatehouse
