#pragma once

#include <span>

#include "base/bytes.h"

namespace gatehouse::crypto {

// From the kernel.
void fill_random(std::span<std::uint8_t> bytes);
Secret random_secret(std::size_t size);

}  // namespace gatehouse::crypto
