#include "tls/anonymous_request.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::tls {
namespace {

constexpr std::size_t kLongestPath = 2000;

bool is_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= kLongestPath &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

}  // namespace

Result<AnonymousRequest> AnonymousRequest::get(std::string_view authority, std::string_view path) {
  const auto valid = Authority::parse(authority);
  if (!valid) return std::unexpected(valid.error());
  if (!is_path(path)) {
    return fail(Fault::operator_input,
                "The path of the URL has to begin with \"/\", to be at most 2000 characters long, "
                "and to have everything but ASCII letters, digits and signs percent-encoded.",
                ErrorKind::usage);
  }
  return AnonymousRequest(
      fmt::format("GET {} HTTP/1.1\r\nHost: {}{}\r\nUser-Agent: gatehouse-check\r\n"
                  "Accept: */*\r\nConnection: close\r\n\r\n",
                  path, valid->host.url_host(),
                  valid->port ? fmt::format(":{}", *valid->port) : std::string()));
}

}  // namespace gatehouse::tls
