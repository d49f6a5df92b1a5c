#include "cli/parse.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "cli/help.h"
#include "cli/rows.h"

namespace gatehouse::cli {
namespace {

bool asks_for_help(std::string_view argument) { return argument == "--help" || argument == "-h"; }

// "install, uninstall or export"
std::string alternatives(const std::vector<std::string_view>& words) {
  if (words.size() < 2) return words.empty() ? "" : std::string(words.front());
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

std::vector<std::string_view> verbs_of(std::string_view noun) {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) {
    if (verb.noun == noun) names.push_back(verb.name);
  }
  return names;
}

// What may stand first: nouns and verbs of their own, each once.
std::vector<std::string_view> first_words() {
  std::vector<std::string_view> words;
  for (const Verb& verb : verbs()) {
    const std::string_view word = verb.noun.empty() ? verb.name : verb.noun;
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  words.push_back("help");
  return words;
}

bool is_noun(std::string_view word) { return !word.empty() && !verbs_of(word).empty(); }

std::optional<Verb> find_verb(std::string_view noun, std::string_view name) {
  for (const Verb& verb : verbs()) {
    if (verb.noun == noun && verb.name == name) return verb;
  }
  return std::nullopt;
}

bool is_flag_of_run(std::string_view said) {
  const std::string_view name = said.substr(0, said.find('='));
  return std::ranges::find(run_flags(), name, &Flag<RunCommand>::name) != run_flags().end();
}

// "list is done with a noun: gatehouse site list, gatehouse binding list."
std::string nouns_with(std::string_view name) {
  std::vector<std::string> commands;
  for (const Verb& verb : verbs()) {
    if (verb.name == name && !verb.noun.empty()) commands.push_back("gatehouse " + verb.path());
  }
  return commands.empty() ? "" : fmt::format(" Say of what: {}.", fmt::join(commands, ", "));
}

std::unexpected<Error> unknown_verb(std::string_view said) {
  if (said.starts_with('-') && !is_flag_of_run(said)) {
    return usage_error(
        fmt::format("gatehouse has no flag {}. See gatehouse help.", printable(said)));
  }
  if (said.starts_with('-')) {
    return usage_error(
        fmt::format("{} stands before a verb. Write gatehouse run {}, or see gatehouse help.",
                    printable(said), printable(said)));
  }
  std::string meant = nouns_with(said);
  if (meant.empty()) meant = did_you_mean(said, first_words());
  return usage_error(fmt::format("gatehouse cannot \"{}\".{} There are: {}.", printable(said),
                                 meant, fmt::join(first_words(), ", ")));
}

std::unexpected<Error> unknown_verb_of(std::string_view noun, std::string_view said) {
  const auto known = verbs_of(noun);
  if (said.empty() || said.starts_with('-')) {
    return usage_error(fmt::format("Say what to do: gatehouse {} {}.", noun, alternatives(known)));
  }
  return usage_error(fmt::format("\"{}\" is nothing that {} can do.{} There are: {}.",
                                 printable(said), noun, did_you_mean(said, known),
                                 fmt::join(known, ", ")));
}

// The verb that the words begin with, and how many of them name it.
struct Named {
  Verb verb;
  std::size_t words;
};

Result<Named> find(Arguments words) {
  const std::string_view first = words.front();
  if (auto verb = find_verb("", first)) return Named{*verb, 1};
  if (!is_noun(first)) return unknown_verb(first);
  const std::string_view second = words.size() > 1 ? std::string_view(words[1]) : "";
  if (auto verb = find_verb(first, second)) return Named{*verb, 2};
  return unknown_verb_of(first, second);
}

Result<Command> help_about(Arguments words) {
  if (words.empty() || words.front() == "help" || asks_for_help(words.front())) {
    return HelpText{short_help()};
  }
  const bool noun_alone = words.size() == 1 || asks_for_help(words[1]);
  if (is_noun(words.front()) && noun_alone) return HelpText{help_of_noun(words.front())};
  auto named = find(words);
  if (!named) return pass_on(named);
  return HelpText{help_of(named->verb)};
}

}  // namespace

Result<std::filesystem::path> default_state_folder(const Environment& environment) {
  if (const auto own = environment("GATEHOUSE_STATE"); own && !own->empty()) return *own;
  if (const auto systemd = environment("STATE_DIRECTORY"); systemd && !systemd->empty()) {
    return systemd->substr(0, systemd->find(':'));
  }
  // Relative paths are to be ignored there (XDG Base Directory Specification).
  if (const auto xdg = environment("XDG_STATE_HOME"); xdg && xdg->starts_with('/')) {
    return std::filesystem::path(*xdg) / "gatehouse";
  }
  if (const auto home = environment("HOME"); home && home->starts_with('/')) {
    return std::filesystem::path(*home) / ".local/state/gatehouse";
  }
  return fail(
      Fault::operator_input,
      "There is no folder to keep keys in, because HOME is not set. Name one with --state DIR.",
      ErrorKind::invalid);
}

SocketPlaces socket_places(const Environment& environment, const std::filesystem::path& state,
                           bool chosen) {
  return {[&environment](const std::string& name) -> std::optional<std::string> {
            auto value = environment(name.c_str());
            if (value && value->empty()) return std::nullopt;
            return value;
          },
          state, chosen};
}

Result<Ok> complete_state(std::filesystem::path& state, const Environment& environment) {
  if (!state.empty()) return Ok{};
  auto folder = default_state_folder(environment);
  if (!folder) return pass_on(folder);
  state = std::move(*folder);
  return Ok{};
}

Result<Command> parse_command_line(Arguments arguments, const Environment& environment) {
  if (arguments.empty()) return HelpText{short_help(), false};
  const std::string& first = arguments.front();
  if (first == "help" || asks_for_help(first)) return help_about(arguments.subspan(1));
  // A word behind -- is never a question for help.
  const auto words = arguments.first(std::ranges::find(arguments, "--") - arguments.begin());
  if (std::ranges::any_of(words, asks_for_help)) return help_about(words);
  if (first == "--version") {
    const Verb version = *find_verb("", "version");
    return version.parse(version, arguments.subspan(1), environment);
  }
  auto named = find(arguments);
  if (!named) return pass_on(named);
  return named->verb.parse(named->verb, arguments.subspan(named->words), environment);
}

}  // namespace gatehouse::cli
