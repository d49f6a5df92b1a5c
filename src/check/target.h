#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/server_name.h"
#include "io/address.h"

namespace gatehouse::check {

// What is examined: a site as a person writes it, and where it is dialled.
struct Target {
  ServerName name;
  std::uint16_t port = 443;
  bool tls = true;
  std::string path = "/";
  // Dialled instead of what the name resolves to; the port of `port` is what clients would say.
  std::optional<io::SocketAddress> address{};

  // `files.example.com`, `files.example.com:8443`, `192.0.2.7`, `[2001:db8::7]:443`, `https://...`,
  // `http://...` (port 80 unless said). Errors: usage.
  static Result<Target> parse(std::string_view text);

  // host[:port], without the port that the scheme has anyway.
  std::string authority() const;
  // https://files.example.com:8443/
  std::string url() const;
};

}  // namespace gatehouse::check
