#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

struct sqlite3;

namespace gatehouse::kv::sqlite {

// SQLite's result code as a sentence with its remedy, about the store in `file`. `connection` may
// tell what the system said; it may be null.
std::unexpected<Error> trouble(const std::filesystem::path& file, sqlite3* connection, int code);

// What the system said of `file` (an errno), after "could not be ...".
std::unexpected<Error> system_trouble(const std::filesystem::path& file, int error,
                                      std::string_view done);

}  // namespace gatehouse::kv::sqlite
