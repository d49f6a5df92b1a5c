#pragma once

#include <array>
#include <string_view>

#include "http/fields.h"

namespace gatehouse::http {

// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context-1/).

// The trace id of a valid traceparent (32 hexadecimal digits, a part of `value`), or an empty text.
// Of a later version than 00, what stands behind the flags is ignored.
std::string_view trace_id_of(std::string_view value);

// The only traceparent of a request if it is valid, and whose tracestate may go with it; or empty:
// then neither is passed on.
std::string_view valid_traceparent(const Fields& fields);

// A traceparent of version 00 that begins a trace which nobody has decided to record. Both ids are
// lower-case hexadecimal digits and not all zero.
using Traceparent = std::array<char, 55>;
Traceparent make_traceparent(std::string_view trace_id, std::string_view parent_id);

}  // namespace gatehouse::http
