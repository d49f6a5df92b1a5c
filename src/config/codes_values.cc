#include "config/codes.h"

namespace gatehouse::config {

std::span<const Explanation> value_codes() { return {}; }

}  // namespace gatehouse::config
