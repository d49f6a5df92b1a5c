#pragma once

#include <string_view>

#include "http/fields.h"

namespace gatehouse::http {

inline constexpr FieldSet kHopByHopFields{
    FieldId::connection,        FieldId::keep_alive, FieldId::proxy_connection, FieldId::te,
    FieldId::transfer_encoding, FieldId::upgrade,    FieldId::http2_settings};

// Parses "name: value" (RFC 9112 section 5) into `out`. The line holds no control character but
// HTAB. Returns what is wrong with the message, or nullptr. A full table is wrong: the caller
// checks it first when that deserves another answer.
const char* parse_field_line(std::string_view line, Field& out);

// What the Connection fields of a message say together.
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;
  bool names_end_to_end = false;  // a field that no sender may name: framing, routing, identity
};

// Reads all Connection fields and marks the fields that they name as hop-by-hop, except those that
// nobody may take away from a recipient further on. False when they name absurdly many.
bool apply_connection_fields(Fields& fields, ConnectionOptions& out);

// Whether a field that is a list (all lines of it together) has the element; case does not matter.
bool list_has(const Fields& fields, FieldId id, std::string_view element);

}  // namespace gatehouse::http
