#include "config/codes.h"

namespace gatehouse::config {

std::span<const Explanation> change_codes() { return {}; }

}  // namespace gatehouse::config
