#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/server_name.h"

namespace gatehouse::certs {

// Where a file is fetched from: http://host[:port]/path[?query], and nothing secret in it.
struct WebUrl {
  ServerName host;
  std::uint16_t port = 80;
  std::string path = "/";  // with its query

  // Errors: usage; https too, because what is fetched here proves itself by its signature.
  static Result<WebUrl> parse(std::string_view text);
  // Where a redirect of this one leads: http://..., or a path on the same server.
  Result<WebUrl> follow(std::string_view location) const;

  std::string authority() const;
  std::string text() const;
};

}  // namespace gatehouse::certs
