#pragma once

#include <string>
#include <vector>

#include "config/document_words.h"

namespace gatehouse::config {

// The messages that a configuration is made of, each once, the outer before the inner.
std::vector<const Descriptor*> types_of_the_configuration();

// What stands in a file for the field: its example, else its default, else the first of its values.
// Empty where there is none of them.
std::string sample_of(const FieldDescriptor& field);

// Lines of at most `width` characters, broken at blanks.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace gatehouse::config
