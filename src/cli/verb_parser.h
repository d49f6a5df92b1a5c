#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/grammar.h"

namespace gatehouse::cli {

// Errors of values say which flag (or variable) they were given to.
std::unexpected<Error> at(std::string_view where, Error error, ErrorKind kind);
// The parts of "a, b" or "a b".
std::vector<std::string_view> split_list(std::string_view text);
// The sentence for a flag that the verb does not have: which one was meant, or whose it is.
std::unexpected<Error> unknown_flag(const Verb& verb, std::string_view argument);
Result<Ok> check_count(const Verb& verb, Arguments operands);

// Reads the arguments of one verb by its row.
template <class Into>
class VerbParser {
 public:
  VerbParser(const Verb& verb, const Grammar<Into>& grammar, const Environment& environment)
      : verb_(verb), grammar_(grammar), environment_(environment), given_(grammar.flags.size()) {}

  Result<Into> parse(Arguments arguments) {
    Into command;
    while (!arguments.empty()) {
      auto done = take_argument(arguments, command);
      if (!done) return pass_on(done);
    }
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (given_[i]) continue;
      auto done = set_from_environment(grammar_.flags[i], command);
      if (!done) return pass_on(done);
    }
    if (auto done = take_operands(command); !done) return pass_on(done);
    return command;
  }

 private:
  Result<Ok> take_argument(Arguments& arguments, Into& command) {
    const std::string& argument = arguments.front();
    if (argument == "--" && operand_count(verb_.operands).most > 0) {
      operands_.insert(operands_.end(), arguments.begin() + 1, arguments.end());
      arguments = {};
      return Ok{};
    }
    if (argument.starts_with('-') && argument.size() > 1 && argument != "--") {
      return take_flag(arguments, command);
    }
    operands_.push_back(argument);
    arguments = arguments.subspan(1);
    return Ok{};
  }

  // Takes one flag, and its value where it is an argument of its own.
  Result<Ok> take_flag(Arguments& arguments, Into& command) {
    const std::string_view argument = arguments.front();
    arguments = arguments.subspan(1);
    const auto sign = argument.find('=');
    const auto flag =
        std::ranges::find(grammar_.flags, argument.substr(0, sign), &Flag<Into>::name);
    if (flag == grammar_.flags.end()) return unknown_flag(verb_, argument);

    std::optional<std::string_view> value;
    if (sign != std::string_view::npos) value = argument.substr(sign + 1);
    const bool is_switch = flag->value.empty();
    if (is_switch && value) return usage_error(fmt::format("{} takes no value.", flag->name));
    if (!is_switch && !value) value = take_value(arguments);
    if (!is_switch && !value) return needs_value(*flag);
    return set(*flag, value.value_or(""), command);
  }

  // None where the next argument is a flag; "-" and "-1" are values.
  std::optional<std::string_view> take_value(Arguments& arguments) const {
    if (arguments.empty() || arguments.front().starts_with("--")) return std::nullopt;
    const std::string_view value = arguments.front();
    arguments = arguments.subspan(1);
    return value;
  }

  Result<Ok> set(const Flag<Into>& flag, std::string_view value, Into& command) {
    const auto index = static_cast<std::size_t>(&flag - grammar_.flags.data());
    const bool again = given_[index];
    given_[index] = true;
    if (again && !flag.repeatable && !flag.value.empty()) {
      return usage_error(fmt::format("{} is given twice, and only one can be meant.", flag.name));
    }
    auto done = flag.set(command, value);
    if (!done) return at(flag.name, std::move(done.error()), ErrorKind::usage);
    return Ok{};
  }

  Result<Ok> set_from_environment(const Flag<Into>& flag, Into& command) const {
    const auto text = flag.variable == nullptr ? std::nullopt : environment_(flag.variable);
    if (!text || text->empty()) return Ok{};
    const auto values = flag.repeatable ? split_list(*text) : std::vector<std::string_view>{*text};
    for (const std::string_view value : values) {
      auto done = flag.set(command, value);
      if (!done) return at(flag.variable, std::move(done.error()), ErrorKind::invalid);
    }
    return Ok{};
  }

  Result<Ok> take_operands(Into& command) const {
    if (auto counted = check_count(verb_, operands_); !counted) return counted;
    if (grammar_.take != nullptr) {
      if (auto taken = grammar_.take(command, operands_); !taken) return taken;
    }
    return grammar_.finish == nullptr ? Ok{} : grammar_.finish(command, environment_);
  }

  std::unexpected<Error> needs_value(const Flag<Into>& flag) const {
    return usage_error(
        fmt::format("{} needs a value: {} {}. {}", flag.name, flag.name, flag.value, flag.help));
  }

  const Verb& verb_;
  const Grammar<Into>& grammar_;
  const Environment& environment_;
  std::vector<bool> given_;
  std::vector<std::string> operands_;
};

// What a row of the table holds of a grammar.
template <const auto& grammar>
std::vector<FlagNote> flags_of() {
  std::vector<FlagNote> notes;
  for (const auto& flag : grammar.flags) {
    notes.push_back({flag.name, flag.value, flag.help, flag.repeatable, flag.variable});
  }
  return notes;
}

template <class Into>
Into command_of(const Grammar<Into>&);

template <const auto& grammar>
Result<Command> parse_by(const Verb& verb, Arguments arguments, const Environment& environment) {
  using Into = decltype(command_of(grammar));
  auto command = VerbParser<Into>(verb, grammar, environment).parse(arguments);
  if (!command) return pass_on(command);
  return Command{std::move(*command)};
}

}  // namespace gatehouse::cli
