#include "base/server_name.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace gatehouse {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool label_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool valid_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, label_char);
}

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  std::string_view last;
  while (true) {
    const auto dot = name.find('.');
    last = name.substr(0, dot);
    if (!valid_label(last)) return false;
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  // A last label of digits only would be read as an IPv4 address by others (WHATWG URL).
  return !std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> canonical_address(const std::string& text) {
  std::array<unsigned char, 16> raw{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(family, text.c_str(), raw.data()) != 1) return std::nullopt;
  return inet_ntop(family, raw.data(), out.data(), out.size());
}

std::unexpected<Error> no_host(std::string_view text) {
  // What clients send may be long or hold control characters: show the start, printable only.
  std::string shown(text.substr(0, 80));
  std::ranges::replace_if(shown, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return fail(Fault::client, "\"" + shown + "\" is neither a host name nor an IP address",
              ErrorKind::invalid);
}

}  // namespace

Result<ServerName> ServerName::parse(std::string_view text) {
  if (text.size() > kLongestName + 2) return no_host(text);
  // What is behind a NUL would be unseen by the functions of C below.
  if (text.find('\0') != std::string_view::npos) return no_host(text);
  std::string name(text);
  std::ranges::transform(name, name.begin(), lower);
  const bool bracketed = name.size() > 2 && name.front() == '[' && name.back() == ']';
  if (bracketed) name = name.substr(1, name.size() - 2);
  if (auto address = canonical_address(name)) {
    if (bracketed && address->find(':') == std::string::npos) return no_host(text);
    return ServerName(std::move(*address), true);
  }
  if (bracketed) return no_host(text);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (!valid_name(name)) return no_host(text);
  return ServerName(std::move(name), false);
}

Result<Authority> Authority::parse(std::string_view text) {
  std::string_view host = text;
  std::optional<std::uint16_t> port;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port) {
    const std::string_view digits = text.substr(colon + 1);
    host = text.substr(0, colon);
    if (host.find(':') != std::string_view::npos && bracket == std::string_view::npos) {
      return no_host(text);  // IPv6 must be in brackets here
    }
    std::uint16_t value = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (!digits.empty() && (code != std::errc{} || end != digits.data() + digits.size())) {
      return no_host(text);
    }
    if (!digits.empty()) port = value;  // "host:" is allowed and means the default port
  }
  auto name = ServerName::parse(host);
  if (!name) return pass_on(name);
  return Authority{std::move(*name), port};
}

Result<NamePattern> NamePattern::parse(std::string_view text) {
  const bool wildcard = text.starts_with("*.");
  auto base = ServerName::parse(wildcard ? text.substr(2) : text);
  if (!base) return no_host(text);
  if (wildcard && base->is_address()) return no_host(text);
  return NamePattern(std::move(*base), wildcard);
}

}  // namespace gatehouse
