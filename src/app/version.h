#pragma once

#include <string_view>

namespace gatehouse::app {

// Of the program; from the build system.
inline constexpr std::string_view kVersion = GATEHOUSE_VERSION;

}  // namespace gatehouse::app
