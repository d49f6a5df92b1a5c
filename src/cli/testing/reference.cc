#include "cli/testing/reference.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/grammar.h"
#include "cli/help.h"

namespace gatehouse::cli::testing {
namespace {

constexpr std::string_view kBegin = "<!-- from the command table: ";
constexpr std::string_view kEnd = "<!-- end -->\n";

// A table's cell: a bar would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string overview() {
  std::string out = "| command | does |\n|---|---|\n";
  for (const Verb& verb : verbs()) {
    const std::string operands = verb.operands.empty() ? "" : fmt::format(" {}", verb.operands);
    out += fmt::format("| `gatehouse {}{}` | {} |\n", verb.path(), cell(operands), verb.summary);
  }
  return out;
}

std::string exit_codes() {
  std::string out = "| code | means |\n|---|---|\n";
  for (const ExitCode& one : kExitCodes) out += fmt::format("| {} | {} |\n", one.code, one.means);
  return out;
}

std::string flags(const Verb& verb) {
  const auto all = verb.flags();
  if (all.empty()) return {};
  std::string out = "\n| flag | what it says |\n|---|---|\n";
  for (const FlagNote& flag : all) {
    const std::string value = flag.value.empty() ? "" : fmt::format(" {}", flag.value);
    const std::string variable =
        flag.variable == nullptr ? "" : fmt::format(" Else `{}`.", flag.variable);
    out += fmt::format("| `{}{}`{} | {}{} |\n", flag.name, cell(value), flag.repeatable ? " *" : "",
                       cell(flag.help), variable);
  }
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find("\n\n"));
    text.remove_prefix(std::min(text.size(), one.size() + 2));
    out += "\n" + wrapped(one, 0, 100);
  }
  return out;
}

std::string indented(std::string_view lines) {
  std::string out = "\n";
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    out += fmt::format("    {}\n", line);
  }
  return out;
}

std::string of_verb(const Verb& verb) {
  const std::string text =
      verb.text.empty() ? fmt::format("In short: {}.", verb.summary) : std::string(verb.text);
  return fmt::format("\n    {}\n", usage_of(verb)) + paragraphs(text) + indented(verb.examples) +
         flags(verb);
}

}  // namespace

std::string reference_of(std::string_view part) {
  if (part == "overview") return overview();
  if (part == "exit codes") return exit_codes();
  std::string out = fmt::format("## gatehouse {}\n", part);
  for (const Verb& verb : verbs()) {
    if (verb.path() == part) return out + of_verb(verb);
    if (verb.noun == part) out += fmt::format("\n### gatehouse {}\n", verb.path()) + of_verb(verb);
  }
  return out;
}

std::string with_parts_made_anew(const std::string& document) {
  std::string out;
  std::string_view rest = document;
  for (auto begin = rest.find(kBegin); begin != std::string_view::npos; begin = rest.find(kBegin)) {
    const auto name_end = rest.find(" -->\n", begin);
    const auto end = rest.find(kEnd, begin);
    if (name_end == std::string_view::npos || end == std::string_view::npos) break;
    const auto name = rest.substr(begin + kBegin.size(), name_end - begin - kBegin.size());
    out += rest.substr(0, name_end + 5);
    out += "\n" + reference_of(name) + "\n";
    out += kEnd;
    rest.remove_prefix(end + kEnd.size());
  }
  return out.append(rest);
}

}  // namespace gatehouse::cli::testing
