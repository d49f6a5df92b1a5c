#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse {

// `1 site`, `3 sites`: for words whose plural has an s.
std::string counted(std::uint64_t number, std::string_view what);

}  // namespace gatehouse
