#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/fields.h"

namespace gatehouse::http {

enum class Method : std::uint8_t { get, head, post, put, delete_, options, patch, other };

// How much content follows a head (RFC 9112 section 6.3).
struct BodyLength {
  enum class Kind : std::uint8_t { none, exact, chunked, until_close };

  Kind kind = Kind::none;
  std::uint64_t bytes = 0;  // of `exact` only

  static constexpr BodyLength none() { return {}; }
  static constexpr BodyLength exact(std::uint64_t bytes) { return {Kind::exact, bytes}; }
  static constexpr BodyLength chunked() { return {Kind::chunked, 0}; }
  static constexpr BodyLength until_close() { return {Kind::until_close, 0}; }

  // False for `none` and for exactly 0 bytes: nothing will come.
  bool expects_content() const { return kind == Kind::exact ? bytes != 0 : kind != Kind::none; }
  friend bool operator==(const BodyLength&, const BodyLength&) = default;
};

enum class Upgrade : std::uint8_t { none, websocket };
enum class Scheme : std::uint8_t { unsaid, http, https };

// One request as it was understood, never as bytes to be relayed. Every text borrows the buffer
// that was parsed and is valid as long as that stands still.
struct RequestHead {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;  // as it is sent on: path and query, or "*" (OPTIONS only)
  std::string_view path;    // begins with '/' unless it is "*"; not decoded
  std::string_view query;   // behind the '?', which is not part of it
  // Host, or the authority of an absolute target (then they are equal). A valid authority in the
  // sense of Authority::parse; empty only in an HTTP/1.0 request without Host.
  std::string_view authority_text;
  Scheme target_scheme = Scheme::unsaid;  // of an absolute target
  std::uint8_t major = 1;  // 2: HTTP/2, whose rules are those of HTTP/1.1 wherever both have one
  std::uint8_t minor = 1;
  // The path has a segment "." or ".." (also percent-encoded), which an upstream may resolve: what
  // decides by prefix must not trust such a path.
  bool dot_segments = false;
  bool keep_alive = true;
  bool expect_continue = false;   // the client waits for 100 before it sends its content
  bool accepts_trailers = false;  // TE: trailers
  Upgrade upgrade = Upgrade::none;
  BodyLength body;
  std::size_t size = 0;  // bytes of the head in the buffer
  Fields fields;

  // A method whose content has no meaning comes with content. An upstream that ignores it would
  // take it for the next request: its connection must not be used again.
  bool has_unexpected_content() const {
    return body.expects_content() && (method == Method::get || method == Method::head ||
                                      method == Method::delete_ || method == Method::options);
  }
  // RFC 9110 section 9.2.2; of the methods known here.
  bool idempotent() const {
    return method != Method::post && method != Method::patch && method != Method::other;
  }
};

struct ResponseHead {
  std::uint16_t status = 0;  // 100 to 599
  std::string_view reason;
  std::uint8_t minor = 1;
  bool keep_alive = true;           // the connection may carry another request after the body
  Upgrade upgrade = Upgrade::none;  // 101 and the WebSocket that was asked for: a tunnel follows
  BodyLength body;
  // Content-Length as the upstream gave it; for HEAD and 304 it tells the length of content that
  // does not come.
  std::optional<std::uint64_t> declared_length;
  std::size_t size = 0;
  Fields fields;

  // 100 to 199 except 101: another head follows.
  bool informational() const { return status < 200 && status != 101; }
};

}  // namespace gatehouse::http
