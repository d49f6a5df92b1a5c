#include "cli/completion.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/grammar.h"

namespace gatehouse::cli {
namespace {

// What stands where a verb is expected, with its half sentence.
struct Word {
  std::string_view text;
  std::string_view summary;
};

// The first words, and the verbs of each noun.
std::vector<Word> words_at(std::string_view noun) {
  std::vector<Word> words;
  for (const Verb& verb : verbs()) {
    if (!noun.empty() && verb.noun != noun) continue;
    const bool of_noun = noun.empty() && !verb.noun.empty();
    const std::string_view text = of_noun ? verb.noun : verb.name;
    if (std::ranges::find(words, text, &Word::text) != words.end()) continue;
    words.push_back({text, of_noun ? "" : verb.summary});
  }
  if (noun.empty()) words.push_back({"help", "more about a verb"});
  return words;
}

std::set<std::string_view> nouns() {
  std::set<std::string_view> all;
  for (const Verb& verb : verbs()) {
    if (!verb.noun.empty()) all.insert(verb.noun);
  }
  return all;
}

std::string texts(const std::vector<Word>& words) {
  std::vector<std::string_view> all;
  for (const Word& word : words) all.push_back(word.text);
  return fmt::format("{}", fmt::join(all, " "));
}

std::string flag_names(const Verb& verb) {
  std::vector<std::string_view> names;
  for (const FlagNote& flag : verb.flags()) names.push_back(flag.name);
  names.push_back("--help");
  return fmt::format("{}", fmt::join(names, " "));
}

// Flags with a value, by what completes it; the same name means the same in every verb.
std::map<std::string_view, ValueWords> values() {
  std::map<std::string_view, ValueWords> all;
  for (const Verb& verb : verbs()) {
    for (const FlagNote& flag : verb.flags()) {
      if (!flag.value.empty()) all.emplace(flag.name, words_of_value(flag.value));
    }
  }
  return all;
}

// The words of a shell's `case` for verbs; `each` makes a branch of a verb's path.
template <class Each>
std::string branches(Each each) {
  std::string out;
  for (const std::string_view noun : nouns())
    out += each(std::string(noun), texts(words_at(noun)), ValueWords{});
  for (const Verb& verb : verbs()) {
    out += each(verb.path(), flag_names(verb), words_of_value(verb.operands));
  }
  return out;
}

// ------------------------------------------------------------------ bash

constexpr std::string_view kBash =
    R"(# bash completion of gatehouse, made by: gatehouse completion bash
_gatehouse() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
  local verb=${{COMP_WORDS[1]}} words="" files=""
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "{first}" -- "$word")
    return
  fi
  case "$before" in
{values}  esac
  if ((COMP_CWORD > 2)) && [[ " {nouns} " == *" $verb "* ]]; then
    verb="$verb ${{COMP_WORDS[2]}}"
  fi
  case "$verb" in
{verbs}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ -n "$files" && "$word" != -* ]]; then
    mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$word")
  fi
}}
complete -o filenames -F _gatehouse gatehouse
)";

std::string bash_branch(std::string_view pattern, std::string_view words, bool files,
                        std::string_view end) {
  return fmt::format("    {}) words=\"{}\"{}{} ;;\n", pattern, words, files ? " files=1" : "", end);
}

std::string bash_values() {
  std::string out;
  for (const auto& [flag, value] : values()) {
    const std::string reply =
        value.files ? R"(mapfile -t COMPREPLY < <(compgen -f -- "$word"); )"
                    : fmt::format(R"(mapfile -t COMPREPLY < <(compgen -W "{}" -- "$word"); )",
                                  fmt::join(value.words, " "));
    out += fmt::format("    {}) {}return ;;\n", flag,
                       value.files || !value.words.empty() ? reply : "");
  }
  return out;
}

std::string bash() {
  const auto branch = [](const std::string& path, const std::string& words,
                         const ValueWords& operands) {
    const std::string all = operands.words.empty()
                                ? words
                                : fmt::format("{} {}", words, fmt::join(operands.words, " "));
    return bash_branch(fmt::format("'{}'", path), all, operands.files, "");
  };
  return fmt::format(kBash, fmt::arg("first", texts(words_at(""))),
                     fmt::arg("values", bash_values()), fmt::arg("nouns", fmt::join(nouns(), " ")),
                     fmt::arg("verbs", branches(branch)));
}

// ------------------------------------------------------------------ zsh

constexpr std::string_view kZsh = R"(#compdef gatehouse
# zsh completion of gatehouse, made by: gatehouse completion zsh
_gatehouse() {{
  local before=${{words[CURRENT-1]}} verb=${{words[2]}}
  local -a found
  if ((CURRENT == 2)); then
    found=({first})
    _describe 'verb' found
    return
  fi
  case "$before" in
{values}  esac
  if ((CURRENT > 3)) && [[ " {nouns} " == *" $verb "* ]]; then
    verb="$verb ${{words[3]}}"
  fi
  case "$verb" in
{verbs}  esac
}}
if [[ "${{funcstack[1]}}" == "_gatehouse" ]]; then
  _gatehouse "$@"
else
  compdef _gatehouse gatehouse
fi
)";

// 'add:publish an application'; neither quotes nor colons are in the table's half sentences.
std::string described(const std::vector<Word>& words) {
  std::vector<std::string> all;
  for (const Word& word : words) {
    std::string summary(word.summary);
    std::erase_if(summary, [](char c) { return c == '\'' || c == ':'; });
    all.push_back(summary.empty() ? fmt::format("'{}'", word.text)
                                  : fmt::format("'{}:{}'", word.text, summary));
  }
  return fmt::format("{}", fmt::join(all, " "));
}

std::string zsh_values() {
  std::string out;
  for (const auto& [flag, value] : values()) {
    const std::string words = fmt::format("compadd -- {}; ", fmt::join(value.words, " "));
    out += fmt::format("    {}) {}return ;;\n", flag,
                       value.files           ? "_files; "
                       : value.words.empty() ? ""
                                             : words);
  }
  return out;
}

std::string zsh() {
  const auto branch = [](const std::string& path, const std::string& words,
                         const ValueWords& operands) {
    return fmt::format("    '{}') compadd -- {} {}{} ;;\n", path, words,
                       fmt::join(operands.words, " "), operands.files ? "; _files" : "");
  };
  return fmt::format(kZsh, fmt::arg("first", described(words_at(""))),
                     fmt::arg("values", zsh_values()), fmt::arg("nouns", fmt::join(nouns(), " ")),
                     fmt::arg("verbs", branches(branch)));
}

// ------------------------------------------------------------------ fish

constexpr std::string_view kFish =
    R"(# fish completion of gatehouse, made by: gatehouse completion fish
function __gatehouse_is
    set -l said (commandline -opc)
    set -e said[1]
    test (count $said) -ge (count $argv); or return 1
    for i in (seq (count $argv))
        test "$said[$i]" = "$argv[$i]"; or return 1
    end
end
function __gatehouse_after
    set -l said (commandline -opc)
    test (count $said) -eq (math (count $argv) + 1); and __gatehouse_is $argv
end
complete -c gatehouse -f
)";

std::string fish_words(std::string_view noun) {
  std::string out;
  for (const Word& word : words_at(noun)) {
    out += fmt::format("complete -c gatehouse -n '__gatehouse_after {}' -a {} -d \"{}\"\n", noun,
                       word.text, word.summary);
  }
  return out;
}

std::string fish_flag(const Verb& verb, const FlagNote& flag) {
  const ValueWords value = words_of_value(flag.value);
  std::string kind = flag.value.empty() ? "" : " -x";
  if (value.files) kind = " -r -F";
  if (!value.words.empty() && !value.files) {
    kind = fmt::format(" -x -a '{}'", fmt::join(value.words, " "));
  }
  std::string help(flag.help);
  std::erase_if(help, [](char c) { return c == '"' || c == '$' || c == '\\'; });
  return fmt::format("complete -c gatehouse -n '__gatehouse_is {}' -l {}{} -d \"{}\"\n",
                     verb.path(), flag.name.substr(2), kind, help);
}

std::string fish() {
  std::string out(kFish);
  out += fish_words("");
  for (const std::string_view noun : nouns()) out += fish_words(noun);
  for (const Verb& verb : verbs()) {
    for (const FlagNote& flag : verb.flags()) out += fish_flag(verb, flag);
    const ValueWords operands = words_of_value(verb.operands);
    if (operands.files) {
      out += fmt::format("complete -c gatehouse -n '__gatehouse_is {}' -F\n", verb.path());
    }
    if (!operands.words.empty()) {
      out += fmt::format("complete -c gatehouse -n '__gatehouse_is {}' -a '{}'\n", verb.path(),
                         fmt::join(operands.words, " "));
    }
  }
  return out;
}

}  // namespace

ValueWords words_of_value(std::string_view value) {
  if (value == "PROFILE") return {false, {"modern", "intermediate", "compatible"}};
  const auto names_a_file = [&value](std::string_view name) {
    const auto at = value.find(name);
    return at != std::string_view::npos && value.find('=') == std::string_view::npos;
  };
  ValueWords known;
  known.files = names_a_file("FILE") || names_a_file("DIR") || names_a_file("PATH");
  if (value.find('|') == std::string_view::npos) return known;
  while (!value.empty()) {
    const std::string_view word = value.substr(0, value.find('|'));
    value.remove_prefix(std::min(value.size(), word.size() + 1));
    const bool literal = std::ranges::none_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (literal) known.words.push_back(word);
  }
  return known;
}

std::string completion_of(Shell shell) {
  switch (shell) {
    case Shell::bash: return bash();
    case Shell::zsh: return zsh();
    case Shell::fish: return fish();
  }
  return {};
}

}  // namespace gatehouse::cli
