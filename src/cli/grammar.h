#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/flag.h"

namespace gatehouse::cli {

// The value of an environment variable, none when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
using Arguments = std::span<const std::string>;

// How the arguments of one verb become its command.
template <class Into>
struct Grammar {
  std::span<const Flag<Into>> flags;
  // Takes what is no flag; as many as the verb's `operands` announce.
  Result<Ok> (*take)(Into& command, Arguments operands) = nullptr;
  // What flags and environment leave open, and what does not go together.
  Result<Ok> (*finish)(Into& command, const Environment& environment) = nullptr;
};

// One row of the command table. Parser, help, completions, manual pages and the reference of the
// documents are made from it.
struct Verb {
  std::string_view noun;      // "site"; empty: a verb of its own
  std::string_view name;      // "add"
  std::string_view operands;  // "NAME UPSTREAM...", "[FILE]"
  std::string_view summary;   // for the overview: half a sentence
  std::string_view text;      // paragraphs, parted by empty lines
  std::string_view examples;  // commands, one in a line
  std::vector<FlagNote> (*flags)();
  Result<Command> (*parse)(const Verb& verb, Arguments arguments, const Environment& environment);

  // "site add"
  std::string path() const;
};

// How many operands a verb takes, by its `operands`.
struct OperandCount {
  std::size_t least = 0;
  std::size_t most = 0;
};
OperandCount operand_count(std::string_view operands);

// In the order of the overview; the verbs of a noun stand together.
std::vector<Verb> verbs();

// "refused" in the words of a command line: kind usage.
std::unexpected<Error> usage_error(std::string what);

}  // namespace gatehouse::cli
