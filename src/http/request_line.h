#pragma once

#include <string_view>

#include "http/h1_parser.h"

namespace gatehouse::http {

// What requests of every version have in common. True when `head` holds what was read; otherwise
// `why` tells.

// Fills `method` and `method_text`.
bool read_method(std::string_view text, RequestHead& head, Refusal& why);

// Fills `expect_continue`; fields and length are known.
bool read_expectation(RequestHead& head, Refusal& why);

}  // namespace gatehouse::http
