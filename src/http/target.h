#pragma once

#include <string_view>

#include "http/h1_parser.h"
#include "http/message.h"

namespace gatehouse::http {

// Understands a request target (RFC 9112 section 3.2): origin-form, absolute-form of http and
// https,
// "*" of OPTIONS. Fills target, path, query, target_scheme, dot_segments and, for absolute-form,
// authority_text of `head`, whose method is known already. Returns what is wrong, or nullptr.
const char* parse_target(std::string_view text, RequestHead& head);

// Whether a path has a segment that an upstream may take for "." or "..": percent-encoded, behind
// an encoded slash or with parameters (";") too.
bool has_dot_segments(std::string_view path);

}  // namespace gatehouse::http
