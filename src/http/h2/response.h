#pragma once

#include <optional>

#include "http/h1_parser.h"
#include "http/h2/field_block.h"
#include "http/message.h"

namespace gatehouse::http {

// Understands the field section of a response (RFC 9113 section 8.3.2), interim ones included, as
// parse_response_head() does that of HTTP/1.1. `ended`: no content follows; content of unknown
// length is `chunked`. Nothing when `out`, which borrows `fields`, is defined; otherwise why it is
// malformed.
std::optional<Refusal> read_h2_response(const FieldBlock& fields, bool ended,
                                        const ResponseContext& context, ResponseHead& out);

}  // namespace gatehouse::http
