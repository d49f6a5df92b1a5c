#pragma once

#include <functional>
#include <optional>
#include <string>

namespace gatehouse {

// Looks a variable of the environment up; nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

}  // namespace gatehouse
