#include "check/target.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "tls/anonymous_request.h"

namespace gatehouse::check {
namespace {

constexpr std::size_t kLongestText = 2300;

std::unexpected<Error> not_a_target(std::string_view text, std::string_view why) {
  return fail(Fault::operator_input,
              fmt::format("\"{}\" cannot be checked: {} Write a name, a name with a port, an IP "
                          "address, or a URL that begins with https:// or http://.",
                          printable(text.substr(0, 200)), why),
              ErrorKind::usage);
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::uint16_t usual_port(bool tls) { return tls ? 443 : 80; }

// An IPv6 address without brackets is a host, although it looks like one with a port.
Result<Authority> parse_authority(std::string_view text) {
  if (auto address = ServerName::parse(text); address && address->is_address()) {
    return Authority{std::move(*address), std::nullopt};
  }
  return Authority::parse(text);
}

}  // namespace

Result<Target> Target::parse(std::string_view text) {
  if (text.size() > kLongestText) return not_a_target(text, "it is too long.");
  std::string_view rest = text;
  const bool plain = take(rest, "http://");
  const bool https = !plain && take(rest, "https://");
  if (!plain && !https && rest.find("://") != std::string_view::npos) {
    return not_a_target(text, "only https and http can be examined.");
  }
  rest = rest.substr(0, rest.find('#'));
  const auto slash = rest.find('/');
  const std::string_view host = rest.substr(0, slash);
  if (host.find('@') != std::string_view::npos) {
    return not_a_target("...@...", "a check never sends a user name or password.");
  }
  auto authority = parse_authority(host);
  if (!authority) return not_a_target(text, "its host is neither a name nor an address.");
  if (authority->port == 0) return not_a_target(text, "port 0 cannot be dialled.");
  Target target{
      .name = std::move(authority->host),
      .port = authority->port.value_or(usual_port(!plain)),
      .tls = !plain,
      .path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash)),
  };
  if (!tls::AnonymousRequest::get(target.authority(), target.path)) {
    return not_a_target(text, "its path has characters that must be percent-encoded.");
  }
  return target;
}

std::string Target::authority() const {
  if (port == usual_port(tls)) return name.url_host();
  return fmt::format("{}:{}", name.url_host(), port);
}

std::string Target::url() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", authority(), path);
}

}  // namespace gatehouse::check
