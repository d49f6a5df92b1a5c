#pragma once

#include <filesystem>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/authority_commands.h"

namespace gatehouse::cli {

// The first line of what was named; wiped at its end. Blocks. Errors: those of the file; invalid,
// it is empty or longer than 1,024 bytes.
Result<Secret> read_passphrase(const PassphrasePlace& place, const std::filesystem::path& here);

// Before something is made that would find no place. Errors: conflict, it is there.
Result<Ok> check_new_file(const std::filesystem::path& file);

// Writes a file that nobody else may read and that was not there before; on the disk when it
// returns. Errors: conflict, it is there.
Result<Ok> write_new_private_file(const std::filesystem::path& file, std::string_view content);

}  // namespace gatehouse::cli
