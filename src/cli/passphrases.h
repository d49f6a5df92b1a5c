#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/certificate_commands.h"
#include "cli/surroundings.h"

namespace gatehouse::cli {

// The first line of each file, then that of standard input. Errors: those of the files; an empty
// passphrase.
Result<std::vector<std::string>> read_passphrases(const PassphraseSource& source,
                                                  const Surroundings& around);

// For a key that leaves: the one that was given, or a new one, which is told to the person.
Result<std::string> passphrase_for_export(const PassphraseSource& source,
                                          const Surroundings& around);

// From the terminal that controls this process, without an echo; none where there is none, or
// nothing was answered. Blocks.
std::optional<std::string> ask_at_terminal(std::string_view prompt);

// Overwrites the text, and empties it.
void wipe(std::string& text);

}  // namespace gatehouse::cli
