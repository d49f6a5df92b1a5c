#pragma once

#include <google/protobuf/message.h>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::api {

// Brackets inside brackets.
inline constexpr int kMostJsonDepth = 64;

// The JSON mapping of protobuf: field names in lowerCamelCase, 64-bit numbers as strings, what has
// its default value left out, entries of maps by their keys. One line.
std::string to_json(const google::protobuf::Message& message);

enum class UnknownFields : unsigned char { refused, ignored };

// Strict: one JSON value (RFC 8259) in UTF-8, no key twice, nested at most kMostJsonDepth deep. An
// empty text is {}. Errors of kind usage say where: "line 2, column 7". After an error `message` is
// empty.
Result<Ok> from_json(std::string_view text, google::protobuf::Message& message,
                     UnknownFields unknown = UnknownFields::refused);

}  // namespace gatehouse::api
