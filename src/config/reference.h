#pragma once

#include <string>

namespace gatehouse::config {

// docs/reference/configuration.md: every field, from the notes of the schema.
std::string reference_markdown();

}  // namespace gatehouse::config
