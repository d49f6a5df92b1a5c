#include "cli/help.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/exit_code.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kWidth = 88;
constexpr std::size_t kColumn = 29;

constexpr std::string_view kBeginning = R"(gatehouse puts correct HTTPS in front of an application.

  gatehouse run                              https://localhost:8443 with a welcome page
  gatehouse run --to http://127.0.0.1:3000   the same in front of an application
  gatehouse add files.example.com http://127.0.0.1:8080
                                             one more application, while it runs
  gatehouse status                           what is served, and what to look after

)";

constexpr std::string_view kEnd = R"(
More about one of these: gatehouse help site add
)";

std::string row(std::string_view left, std::string_view right) {
  // Two blanks at least before the text.
  const bool fits = left.size() + 2 <= kColumn;
  return (fits ? fmt::format("{:{}}", left, kColumn)
               : fmt::format("{}\n{:{}}", left, "", kColumn)) +
         wrapped(right, kColumn, kWidth);
}

std::string rows_of(const std::vector<FlagNote>& flags) {
  std::string out;
  for (const FlagNote& flag : flags) {
    std::string help(flag.help);
    if (flag.variable != nullptr) {
      help += fmt::format(" (${}{})", flag.variable, flag.repeatable ? ", with commas" : "");
    }
    out += row(fmt::format("  {}{}{}{}", flag.name, flag.value.empty() ? "" : " ", flag.value,
                           flag.repeatable ? "..." : ""),
               help);
  }
  return out;
}

std::string flags_text(const std::vector<FlagNote>& flags) {
  if (flags.empty()) return {};
  const bool several = std::ranges::any_of(flags, &FlagNote::repeatable);
  return fmt::format("\nFlags{}:\n{}",
                     several ? " (those with ... may be given several times)" : "", rows_of(flags));
}

std::string exit_codes_text() {
  std::vector<std::string> codes;
  for (const ExitCode& one : kExitCodes) {
    codes.push_back(fmt::format("{} {}", one.code, one.means.substr(0, one.means.find(':'))));
  }
  return "\n" + wrapped(fmt::format("Exit codes: {}.", fmt::join(codes, "; ")), 0, kWidth);
}

std::string indented(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    out += fmt::format("  {}\n", line);
  }
  return out;
}

// Each once, in the order of the verbs.
std::vector<FlagNote> flags_of_noun(std::string_view noun) {
  std::vector<FlagNote> all;
  for (const Verb& verb : verbs()) {
    if (verb.noun != noun) continue;
    for (const FlagNote& flag : verb.flags()) {
      if (std::ranges::find(all, flag.name, &FlagNote::name) == all.end()) all.push_back(flag);
    }
  }
  return all;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column > indent && column + 1 + word.size() > width) {
      out += fmt::format("\n{:{}}", "", indent);
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out += '\n';
}

std::string usage_of(const Verb& verb) {
  return fmt::format("gatehouse {}{}{}{}", verb.path(), verb.operands.empty() ? "" : " ",
                     verb.operands, verb.flags().empty() ? "" : " [flags]");
}

std::string short_help() {
  std::string out(kBeginning);
  for (const Verb& verb : verbs()) {
    const std::string operands = verb.operands.empty() ? "" : fmt::format(" {}", verb.operands);
    out += row(fmt::format("  {}{}", verb.path(), operands), verb.summary);
  }
  return out += kEnd;
}

std::string help_of_noun(std::string_view noun) {
  std::string out;
  for (const Verb& verb : verbs()) {
    if (verb.noun == noun)
      out += fmt::format("{}\n    {}", usage_of(verb), wrapped(verb.summary, 4, kWidth));
  }
  return out + flags_text(flags_of_noun(noun));
}

std::string help_of(const Verb& verb) {
  std::string out = usage_of(verb) + "\n\n";
  std::string_view text = verb.text.empty() ? verb.summary : verb.text;
  while (!text.empty()) {
    const std::string_view paragraph = text.substr(0, text.find("\n\n"));
    text.remove_prefix(std::min(text.size(), paragraph.size() + 2));
    out += wrapped(paragraph, 0, kWidth) + "\n";
  }
  out += indented(verb.examples) + flags_text(verb.flags());
  return out + exit_codes_text();
}

}  // namespace gatehouse::cli
