#include "edge/session/plain_http.h"

#include <fmt/format.h>

#include "base/server_name.h"

namespace gatehouse::edge {
namespace {

constexpr std::uint16_t kHttpsPort = 443;
// In a text for people.
constexpr std::size_t kLongestShown = 1024;

std::optional<std::string> https_origin(const http::RequestHead& request, std::uint16_t port) {
  const auto authority = Authority::parse(request.authority_text);
  if (!authority) return std::nullopt;
  const std::string host = authority->host.url_host();
  return port == kHttpsPort ? fmt::format("https://{}", host)
                            : fmt::format("https://{}:{}", host, port);
}

// "OPTIONS *" asks about the server as a whole.
std::string_view path_of(const http::RequestHead& request) {
  return request.target.starts_with('/') ? request.target : "/";
}

}  // namespace

std::optional<std::string> https_url(const http::RequestHead& request, std::uint16_t port) {
  auto url = https_origin(request, port);
  if (url) *url += path_of(request);
  return url;
}

std::optional<OwnAnswer> redirect_to_https(const http::RequestHead& request, std::uint16_t port) {
  auto url = https_url(request, port);
  if (!url || url->size() > kLongestLocation) return std::nullopt;
  const bool safe = request.method == http::Method::get || request.method == http::Method::head;
  OwnAnswer own;
  own.status = safe ? 301 : 308;
  own.page.content_type = "text/plain; charset=utf-8";
  own.page.body = url->size() <= kLongestShown ? fmt::format("This page is at {}\n", *url)
                                               : "This page is served over HTTPS.\n";
  own.location = std::move(*url);
  return own;
}

std::string https_only_sentence(const http::RequestHead& request, std::uint16_t port) {
  auto url = https_url(request, port);
  if (url && url->size() > kLongestShown) url = https_origin(request, port);
  if (!url) return "This site is only available by HTTPS.";
  return fmt::format("This site is only available by HTTPS: {}", *url);
}

}  // namespace gatehouse::edge
