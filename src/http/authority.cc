#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include "http/chars.h"
#include "http/h1_parser.h"

// The same language as Authority::parse of base/server_name.h without its copies; the fuzz target
// of requests holds the two against each other.
namespace gatehouse::http {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;

bool valid_port(std::string_view digits) {
  if (!all_chars(digits, kDigitChar)) return false;
  unsigned value = 0;
  for (const char c : digits) {
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 0xffff) return false;
  }
  return true;
}

bool valid_address(int family, std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  std::array<unsigned char, 16> raw{};
  if (text.size() >= copy.size()) return false;
  std::ranges::copy(text, copy.begin());
  return inet_pton(family, copy.data(), raw.data()) == 1;
}

bool valid_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && all_chars(label, kNameChar);
}

bool valid_host(std::string_view host) {
  const std::string_view full = host;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > kLongestName) return false;
  while (true) {
    const auto dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (!valid_label(label)) return false;
    if (dot == std::string_view::npos) {
      return !all_chars(label, kDigitChar) || valid_address(AF_INET, full);
    }
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

bool valid_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end < 2) return false;
    const std::string_view behind = text.substr(end + 1);
    if (!behind.empty() && (behind.front() != ':' || !valid_port(behind.substr(1)))) return false;
    return valid_address(AF_INET6, text.substr(1, end - 1));
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return valid_host(text);
  return valid_port(text.substr(colon + 1)) && valid_host(text.substr(0, colon));
}

}  // namespace gatehouse::http
