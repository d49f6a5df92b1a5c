#pragma once

#include <filesystem>

#include "base/result.h"

namespace gatehouse::certs {

// Is the opened folder ours alone, and is there no folder above it in which someone else could put
// another one in its place? The error says what to change.
Result<Ok> check_privacy(int folder, const std::filesystem::path& path);

}  // namespace gatehouse::certs
