#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/authority_commands.h"
#include "cli/certificate_commands.h"
#include "cli/surroundings.h"

namespace gatehouse::cli {

// The first line of each file, then that of standard input. Errors: those of the files; an empty
// passphrase.
Result<std::vector<std::string>> read_passphrases(const PassphraseSource& source,
                                                  const Surroundings& around);

// The first line of what was named; wiped at its end. Errors: those of the file; invalid, it is
// empty or longer than 1,024 bytes.
Result<Secret> read_passphrase(const PassphrasePlace& place, const std::filesystem::path& here);

// For a key that leaves: the one that was given, or a new one, which is told to the person.
Result<std::string> passphrase_for_export(const PassphraseSource& source,
                                          const Surroundings& around);

// Overwrites the text, and empties it.
void wipe(std::string& text);

}  // namespace gatehouse::cli
