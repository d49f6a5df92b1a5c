#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace gatehouse::cli {

// A file that a person wrote, at most 16 MiB; "-" is standard input. Blocks. Errors: not_found,
// not_permitted, invalid (too large), failed.
Result<std::string> read_small_file(const std::filesystem::path& file);

enum class FileMode : unsigned char { readable, owner_only };  // 0644, 0600
enum class Existing : unsigned char { kept, replaced };

// Writes a file as a whole; nobody sees a part of it, and it is on the disk, with its name, when
// this returns. Errors: conflict, one is there and is kept; those of write_small_file().
Result<Ok> write_new_file(const std::filesystem::path& file, std::string_view content,
                          FileMode mode, Existing existing);

// Before something is made that would find no place. Errors: conflict, one is there.
Result<Ok> check_new_file(const std::filesystem::path& file);

// Replaces a file as a whole. Errors: not_found (its folder), not_permitted, failed.
Result<Ok> write_small_file(const std::filesystem::path& file, std::string_view text);

}  // namespace gatehouse::cli
