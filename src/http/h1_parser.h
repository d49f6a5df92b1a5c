#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace gatehouse::http {

struct HeadLimits {
  std::size_t bytes = 32 * 1024;    // of the whole head, its empty line included
  std::size_t fields = kMaxFields;  // at most kMaxFields
};

// Why a message is not taken.
struct Refusal {
  enum class Kind : std::uint8_t {
    malformed,
    tls_client_hello,  // TLS spoken to a plain port
    http2_preface,     // HTTP/2 with prior knowledge
  };

  std::uint16_t status = 400;  // what a client is answered; an upstream's fault is 502 instead
  // What is wrong, as the second half of a sentence about the message: "has two Host fields".
  std::string_view what;
  Kind kind = Kind::malformed;
};

enum class Parsed : std::uint8_t { incomplete, complete, refused };

struct ParseResult {
  Parsed state = Parsed::incomplete;
  Refusal refusal;

  static ParseResult incomplete() { return {}; }
  static ParseResult complete() { return {Parsed::complete, {}}; }
  static ParseResult refused(Refusal refusal) { return {Parsed::refused, refusal}; }
};

// How far a head that arrives in pieces has been looked at, so that no byte is looked at twice
// while it is incomplete. One for each head: start the next with a fresh one.
struct HeadProgress {
  std::size_t scanned = 0;     // up to here there are only whole, clean lines or parts of them
  std::size_t line_start = 0;  // of the line that is being received
};

// Reads a request head from the start of `buffer` (RFC 9112 sections 2 to 6). While it is
// `incomplete`, call again with the same bytes and more behind them, and the same `progress`. Only
// what has one meaning for every recipient is `complete`; the connection of what is `refused` has
// to be closed after the answer. Never allocates; `out` is defined only when complete.
[[nodiscard]] ParseResult parse_request_head(std::string_view buffer, const HeadLimits& limits,
                                             HeadProgress& progress, RequestHead& out);

// What the request was, as far as its response is understood by it.
struct ResponseContext {
  bool head = false;  // HEAD: no content whatever the fields say
  Upgrade upgrade = Upgrade::none;
};

// The same for the head of a response, interim responses (1xx) included.
[[nodiscard]] ParseResult parse_response_head(std::string_view buffer, const HeadLimits& limits,
                                              const ResponseContext& context,
                                              HeadProgress& progress, ResponseHead& out);

// True for exactly those texts that Authority::parse takes; does not allocate.
bool valid_authority(std::string_view text);

// A sentence for the client: "The request has two Host fields."
std::string request_sentence(const Refusal& refusal);

// The error of an exchange with an upstream: "The answer of `upstream` has two Content-Length
// fields." `upstream` is e.g. "the application at 127.0.0.1:3000".
Error upstream_error(const Refusal& refusal, std::string_view upstream);

}  // namespace gatehouse::http
