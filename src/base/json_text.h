#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse {

// JSON strings (RFC 8259 section 7), quotes included. Whatever the bytes are, the result is valid
// JSON and harmless on a terminal: control characters (C0, DEL, C1) are escaped, bytes that are no
// UTF-8 become U+FFFD.

// Room that write_json_string() may need for `size` bytes.
constexpr std::size_t json_string_room(std::size_t size) { return 6 * size + 2; }

// Writes to `out`, which has json_string_room(text.size()) bytes; returns the end. Never allocates.
char* write_json_string(char* out, std::string_view text);

void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

// The same escapes without quotes, for a line that a person reads on a terminal.
std::string printable(std::string_view text);

}  // namespace gatehouse
