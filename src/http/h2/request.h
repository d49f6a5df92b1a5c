#pragma once

#include <optional>

#include "http/h1_parser.h"
#include "http/h2/field_block.h"
#include "http/message.h"
#include "http/trailers.h"

namespace gatehouse::http {

// Understands the field section of a request (RFC 9113 section 8.3) as parse_request_head() does
// that of HTTP/1.1: only what has one meaning for every recipient, and nothing that could become
// another line in HTTP/1 text, is taken. `ended`: no content follows. Nothing when `out`, which
// borrows `fields`, is defined; otherwise why the request is malformed (section 8.1.1). Who asks
// for a WebSocket (RFC 8441) has asked for what GET and Upgrade are in HTTP/1.1.
std::optional<Refusal> read_h2_request(FieldBlock& fields, bool ended, const HeadLimits& limits,
                                       RequestHead& out);

// Adds the trailer section of a request. False: it is malformed.
bool read_h2_trailers(const FieldBlock& fields, Trailers& out);

}  // namespace gatehouse::http
