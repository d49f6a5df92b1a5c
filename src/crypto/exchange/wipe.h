#pragma once

#include <cstring>

namespace gatehouse::crypto {

// Overwrites what was secret, so that no optimiser leaves it; empty containers may have no bytes.
void wipe(auto& container) {
  if (!container.empty()) {
    explicit_bzero(container.data(), container.size() * sizeof(*container.data()));
  }
}

}  // namespace gatehouse::crypto
