#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/document_words.h"

namespace gatehouse::config {

// A single value as it was written.
struct Scalar {
  std::string_view text;
  std::string_view words;            // what it is: "`owner` of site `files.example.com`"
  bool plain = true;                 // without quotes
  bool came_from_elsewhere = false;  // ${...}: it has the kind that is needed, and is not shown
};

struct ScalarTrouble {
  std::string code;
  std::string message;
  std::string hint;
};

// Sets the field, or adds to it where it is a list.
std::optional<ScalarTrouble> put_scalar(const Scalar& scalar, const FieldDescriptor& field,
                                        Message& message);

}  // namespace gatehouse::config
