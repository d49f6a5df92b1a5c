#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::edge {

// What a request asks of content of our own. Borrowed for the call.
struct OwnQuestion {
  bool reads = true;      // GET or HEAD
  std::string_view path;  // as asked for, with the prefix of the route
  std::string_view host;  // Host, with its port; empty in an HTTP/1.0 request without it
  std::string_view peer;  // the address of the client
  std::string_view user_agent;
  bool tls = false;
};

struct OwnReply {
  std::uint16_t status = 200;
  std::string_view content_type;  // static
  std::string body{};
  std::string security_policy{};  // Content-Security-Policy; empty: that of all our pages
  std::string file_name{};        // of a download; a plain word
  std::string location{};         // of a redirect
};

// Content that is answered by ourselves, part of a snapshot and shared by all threads. reply() is
// called on those threads: it does not block.
class OwnContent {
 public:
  virtual ~OwnContent() = default;
  virtual OwnReply reply(const OwnQuestion& question) const = 0;
};

}  // namespace gatehouse::edge
