#include <array>

#include <fmt/ranges.h>

#include "base/suggest.h"
#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

constexpr std::array<Text, 3> kShells{"bash", "zsh", "fish"};

Result<Ok> take_shell(PrintCompletion& print, Arguments operands) {
  const auto known = std::ranges::find(kShells, operands.front());
  if (known == kShells.end()) {
    return usage_error(
        fmt::format("There are completions for bash, zsh and fish, not for \"{}\".{}",
                    printable(operands.front()), did_you_mean(operands.front(), kShells)));
  }
  print.shell = static_cast<Shell>(known - kShells.begin());
  return Ok{};
}

Result<Ok> take_about(PrintManPage& print, Arguments operands) {
  print.about = fmt::format("{}", fmt::join(operands, " "));
  return Ok{};
}

constexpr std::array kVersionFlags{
    Flag<VersionCommand>{"--json", "", "As JSON.", [](VersionCommand& version, Text) -> Result<Ok> {
                           version.json = true;
                           return Ok{};
                         }}};

constexpr Grammar<VersionCommand> kVersion{kVersionFlags};
constexpr Grammar<PrintCompletion> kCompletion{.flags = {}, .take = take_shell};
constexpr Grammar<PrintManPage> kMan{.flags = {}, .take = take_about};

constexpr std::array kRows{
    Verb{"", "version", "", "say which version this is", "", "gatehouse version",
         flags_of<kVersion>, parse_by<kVersion>},
    Verb{"", "completion", "bash|zsh|fish", "a script that completes words in your shell", "",
         "source <(gatehouse completion bash)\n"
         "gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish",
         flags_of<kCompletion>, parse_by<kCompletion>},
    Verb{"", "man", "[VERB...]", "the manual page, of all or of one verb",
         "Prints troff, as man reads it.",
         "gatehouse man > gatehouse.1\ngatehouse man site add > gatehouse-site-add.1",
         flags_of<kMan>, parse_by<kMan>}};

}  // namespace

std::span<const Verb> own_rows() { return kRows; }

}  // namespace gatehouse::cli
