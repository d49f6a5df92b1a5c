#include "base/number_text.h"

#include <fmt/format.h>

namespace gatehouse {

std::string counted(std::uint64_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

}  // namespace gatehouse
