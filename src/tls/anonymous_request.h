#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/server_name.h"

namespace gatehouse::tls {

// A GET that carries nothing but a host and a path: what may be said to a server that nobody has
// verified. It cannot be made to hold a credential, a cookie or a body.
class AnonymousRequest {
 public:
  // `authority` is host[:port] as it stands in a URL; `path` begins with '/' and holds nothing that
  // would have to be percent-encoded.
  static Result<AnonymousRequest> get(std::string_view authority, std::string_view path = "/");

  // HTTP/1.1, the connection ends after the answer.
  const std::string& text() const { return text_; }

 private:
  explicit AnonymousRequest(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace gatehouse::tls
