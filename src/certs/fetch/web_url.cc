#include "certs/fetch/web_url.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "tls/anonymous_request.h"

namespace gatehouse::certs {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::size_t kLongestUrl = 2048;
constexpr std::uint16_t kUsualPort = 80;

std::unexpected<Error> not_fetched(std::string_view url, std::string_view why) {
  return fail(Fault::operator_input,
              fmt::format("\"{}\" is not fetched: {}.", printable(url.substr(0, 200)), why),
              ErrorKind::usage);
}

}  // namespace

Result<WebUrl> WebUrl::parse(std::string_view text) {
  if (text.size() > kLongestUrl) return not_fetched(text, "it is too long");
  if (text.starts_with("https://")) {
    return not_fetched(text,
                       "only http:// is, as RFC 5280 has it: an issuer proves itself by its "
                       "signature. Download it in another way and import it");
  }
  if (!text.starts_with(kHttp)) return not_fetched(text, "only http:// is");
  std::string_view rest = text.substr(kHttp.size());
  rest = rest.substr(0, rest.find('#'));
  const auto end = rest.find_first_of("/?");
  const std::string_view host = rest.substr(0, end);
  if (host.find('@') != std::string_view::npos) {
    return not_fetched("http://...@...", "no user name and no password is sent to anybody");
  }
  auto authority = Authority::parse(host);
  if (!authority) return not_fetched(text, "its host is neither a name nor an address");
  if (authority->port == 0) return not_fetched(text, "port 0 cannot be dialled");
  WebUrl url{.host = std::move(authority->host), .port = authority->port.value_or(kUsualPort)};
  if (end != std::string_view::npos) url.path = rest.substr(end);
  if (url.path.starts_with('?')) url.path.insert(0, "/");
  if (tls::AnonymousRequest::get(url.authority(), url.path)) return url;
  return not_fetched(text, "its path is too long, or has characters that must be percent-encoded");
}

Result<WebUrl> WebUrl::follow(std::string_view location) const {
  if (!location.starts_with('/') || location.starts_with("//")) return parse(location);
  return parse(fmt::format("{}{}{}", kHttp, authority(), location));
}

std::string WebUrl::authority() const {
  if (port == kUsualPort) return host.url_host();
  return fmt::format("{}:{}", host.url_host(), port);
}

std::string WebUrl::text() const { return fmt::format("{}{}{}", kHttp, authority(), path); }

}  // namespace gatehouse::certs
