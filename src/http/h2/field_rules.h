#pragma once

#include <string_view>

#include "http/fields.h"

namespace gatehouse::http {

// RFC 9113 section 8.2.1: a token without upper-case letters.
bool is_h2_name(std::string_view name);

// No control character but HTAB, no white space around it.
bool is_h2_value(std::string_view value);

// Section 8.2.2: fields that HTTP/2 does not know.
inline constexpr FieldSet kConnectionFields{FieldId::connection, FieldId::keep_alive,
                                            FieldId::proxy_connection, FieldId::transfer_encoding,
                                            FieldId::upgrade};

}  // namespace gatehouse::http
