#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse {

// The name of a server as clients say it: a DNS name (lower case, no trailing dot, no wildcard) or
// an IP address in its canonical text (IPv6 without brackets). Only valid values exist.
class ServerName {
 public:
  // Accepts any case, one trailing dot, brackets around IPv6. Refuses everything that is neither a
  // host name (RFC 1123, underscores allowed as deployed) nor an address.
  static Result<ServerName> parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool is_address() const { return address_; }
  bool is_ipv6() const { return address_ && text_.find(':') != std::string::npos; }
  // As it stands in a URL: IPv6 in brackets.
  std::string url_host() const { return is_ipv6() ? "[" + text_ + "]" : text_; }

  friend bool operator==(const ServerName&, const ServerName&) = default;

 private:
  ServerName(std::string text, bool address) : text_(std::move(text)), address_(address) {}

  std::string text_;
  bool address_ = false;
};

// `host[:port]` of a Host field or of an authority (RFC 9110 section 7.2, RFC 3986 section 3.2).
struct Authority {
  ServerName host;
  std::optional<std::uint16_t> port;

  static Result<Authority> parse(std::string_view text);
};

// The pattern under which something is published: an exact name or `*.` and a name below which any
// ONE label matches (RFC 9525 section 6.3).
class NamePattern {
 public:
  static Result<NamePattern> parse(std::string_view text);

  bool wildcard() const { return wildcard_; }
  // Without the leading `*.`.
  const ServerName& base() const { return base_; }
  std::string text() const { return (wildcard_ ? "*." : "") + base_.text(); }

  friend bool operator==(const NamePattern&, const NamePattern&) = default;

 private:
  NamePattern(ServerName base, bool wildcard) : base_(std::move(base)), wildcard_(wildcard) {}

  ServerName base_;
  bool wildcard_;
};

}  // namespace gatehouse
