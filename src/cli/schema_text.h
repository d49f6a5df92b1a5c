#pragma once

#include <string>

// The configuration's schema, as editors and people read it. Both are made of the descriptors of
// api/, which the reader of files walks too.
namespace gatehouse::cli {

// JSON Schema (draft 2020-12).
std::string json_schema();

// A configuration that says nothing but its version. Everything else stands there as a comment with
// its meaning, its default or an example; without the first # of each line it is a whole
// configuration.
std::string default_configuration();

}  // namespace gatehouse::cli
