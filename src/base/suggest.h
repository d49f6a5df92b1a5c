#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse {

// The known word that was probably meant: the beginning of one only, or a typing error or two away.
std::optional<std::string_view> nearest(std::string_view said,
                                        std::span<const std::string_view> known);

// " Did you mean "x"?", or nothing.
std::string did_you_mean(std::string_view said, std::span<const std::string_view> known);

}  // namespace gatehouse
