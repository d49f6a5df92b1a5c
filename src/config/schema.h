#pragma once

#include <string>

namespace gatehouse::config {

// What a configuration may hold, as JSON Schema (2020-12): for editors and other programs. Says
// names, kinds, values and defaults; what must hold together only `gatehouse config validate` says.
std::string json_schema();

}  // namespace gatehouse::config
