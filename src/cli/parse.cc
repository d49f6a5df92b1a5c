#include "cli/parse.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "cli/flags.h"
#include "cli/help.h"

namespace gatehouse::cli {
namespace {

using Arguments = std::span<const std::string>;

constexpr std::array<std::string_view, 4> kVerbs{"run", "trust", "version", "help"};
constexpr std::array<std::string_view, 3> kTrustVerbs{"install", "uninstall", "export"};

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::usage);
}

bool asks_for_help(std::string_view argument) { return argument == "--help" || argument == "-h"; }

// Errors of values say which flag (or variable) they were given to.
std::unexpected<Error> at(std::string_view where, Error error, ErrorKind kind) {
  if (!error.what.starts_with(where)) error.what = fmt::format("{}: {}", where, error.what);
  error.fault = Fault::operator_input;
  error.kind = kind;
  return std::unexpected(std::move(error));
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find_first_of(", ");
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

// Reads the flags of one verb by its table.
template <class Into>
class VerbParser {
 public:
  VerbParser(std::string_view verb, std::span<const Flag<Into>> flags,
             const Environment& environment)
      : verb_(verb), flags_(flags), environment_(environment), given_(flags.size()) {}

  Result<Into> parse(Arguments arguments, Into command) {
    while (!arguments.empty()) {
      auto done = take_flag(arguments, command);
      if (!done) return pass_on(done);
    }
    for (std::size_t i = 0; i < flags_.size(); ++i) {
      if (given_[i]) continue;
      auto done = set_from_environment(flags_[i], command);
      if (!done) return pass_on(done);
    }
    return command;
  }

 private:
  // Takes one flag, and its value where it is an argument of its own.
  Result<Ok> take_flag(Arguments& arguments, Into& command) {
    const std::string_view argument = arguments.front();
    arguments = arguments.subspan(1);
    const auto sign = argument.find('=');
    const auto flag = std::ranges::find(flags_, argument.substr(0, sign), &Flag<Into>::name);
    if (flag == flags_.end()) return unknown(argument);

    std::optional<std::string_view> value;
    if (sign != std::string_view::npos) value = argument.substr(sign + 1);
    const bool is_switch = flag->value.empty();
    if (is_switch && value) return refused(fmt::format("{} takes no value.", flag->name));
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
    const auto index = static_cast<std::size_t>(&flag - flags_.data());
    const bool again = given_[index];
    given_[index] = true;
    if (again && !flag.repeatable && !flag.value.empty()) {
      return refused(fmt::format("{} is given twice, and only one can be meant.", flag.name));
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

  std::unexpected<Error> needs_value(const Flag<Into>& flag) const {
    return refused(
        fmt::format("{} needs a value: {} {}. {}", flag.name, flag.name, flag.value, flag.help));
  }

  std::unexpected<Error> unknown(std::string_view argument) const {
    if (!argument.starts_with('-') || argument == "-" || argument == "--") {
      return refused(fmt::format("\"{}\" is one argument too many. See gatehouse {} --help.",
                                 printable(argument), verb_));
    }
    std::vector<std::string_view> names;
    for (const Flag<Into>& flag : flags_) names.push_back(flag.name);
    const std::string_view name = argument.substr(0, argument.find('='));
    return refused(fmt::format("gatehouse {} has no flag {}.{} See gatehouse {} --help.", verb_,
                               printable(name), did_you_mean(name, names), verb_));
  }

  std::string_view verb_;
  std::span<const Flag<Into>> flags_;
  const Environment& environment_;
  std::vector<bool> given_;
};

Result<Ok> complete_state(std::filesystem::path& state, const Environment& environment) {
  if (!state.empty()) return Ok{};
  auto folder = default_state_folder(environment);
  if (!folder) return pass_on(folder);
  state = std::move(*folder);
  return Ok{};
}

Result<Command> parse_run(Arguments arguments, const Environment& environment) {
  auto run = VerbParser("run", run_flags(), environment).parse(arguments, {});
  if (!run) return pass_on(run);
  if (run->certificate && run->certificate->key.empty()) {
    return refused(
        "--certificate (or GATEHOUSE_CERTIFICATE) needs --key (or GATEHOUSE_KEY), the file of its "
        "private key.");
  }
  if (run->certificate && run->certificate->certificate.empty()) {
    return refused(
        "--key (or GATEHOUSE_KEY) needs --certificate (or GATEHOUSE_CERTIFICATE), the file of the "
        "certificate that it belongs to.");
  }
  if (run->listen.empty()) run->listen.push_back(*ListenAddress::parse(":8443"));
  if (auto done = complete_state(run->state, environment); !done) return pass_on(done);
  return std::move(*run);
}

Result<TrustCommand::Verb> parse_trust_verb(Arguments arguments) {
  const std::string_view said = arguments.empty() ? std::string_view{} : arguments.front();
  const auto known = std::ranges::find(kTrustVerbs, said);
  if (known != kTrustVerbs.end()) {
    return static_cast<TrustCommand::Verb>(known - kTrustVerbs.begin());
  }
  if (said.empty() || said.starts_with('-')) {
    return refused("Say what to do: gatehouse trust install, uninstall or export.");
  }
  return refused(
      fmt::format("\"{}\" is nothing that trust can do.{} There are: install, uninstall, "
                  "export.",
                  printable(said), did_you_mean(said, kTrustVerbs)));
}

// Flags that the verb would not look at are refused: whoever wrote them expects something.
Result<Ok> check_trust(const TrustCommand& trust) {
  const bool exports = trust.verb == TrustCommand::Verb::export_;
  if (trust.out && !exports) return refused("--out belongs to gatehouse trust export.");
  if (exports && (!trust.nss.empty() || trust.system_root)) {
    return refused("--nss and --system-root belong to gatehouse trust install and uninstall.");
  }
  return Ok{};
}

Result<Command> parse_trust(Arguments arguments, const Environment& environment) {
  auto verb = parse_trust_verb(arguments);
  if (!verb) return pass_on(verb);
  TrustCommand start;
  start.verb = *verb;
  auto trust =
      VerbParser("trust", trust_flags(), environment).parse(arguments.subspan(1), std::move(start));
  if (!trust) return pass_on(trust);
  if (auto checked = check_trust(*trust); !checked) return pass_on(checked);
  if (auto done = complete_state(trust->state, environment); !done) return pass_on(done);
  return std::move(*trust);
}

Result<Command> parse_version(Arguments arguments, const Environment& environment) {
  auto version = VerbParser("version", version_flags(), environment).parse(arguments, {});
  if (!version) return pass_on(version);
  return *version;
}

bool is_flag_of_run(std::string_view said) {
  const std::string_view name = said.substr(0, said.find('='));
  return std::ranges::find(run_flags(), name, &Flag<RunCommand>::name) != run_flags().end();
}

std::unexpected<Error> unknown_verb(std::string_view said) {
  if (said.starts_with('-') && !is_flag_of_run(said)) {
    return refused(fmt::format("gatehouse has no flag {}. See gatehouse help.", printable(said)));
  }
  if (said.starts_with('-')) {
    return refused(
        fmt::format("{} stands before a verb. Write gatehouse run {}, or see gatehouse help.",
                    printable(said), printable(said)));
  }
  return refused(fmt::format("gatehouse cannot \"{}\".{} There are: run, trust, version, help.",
                             printable(said), did_you_mean(said, kVerbs)));
}

Result<Command> parse_help(Arguments arguments) {
  if (arguments.empty() || asks_for_help(arguments.front())) return HelpText{short_help()};
  const std::string& about = arguments.front();
  if (std::ranges::find(kVerbs, about) == kVerbs.end()) return unknown_verb(about);
  return HelpText{help_of(about)};
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

Result<Command> parse_command_line(Arguments arguments, const Environment& environment) {
  if (arguments.empty()) return HelpText{short_help(), false};
  const std::string& verb = arguments.front();
  const Arguments rest = arguments.subspan(1);
  if (verb == "help" || asks_for_help(verb)) return parse_help(rest);
  if (verb == "--version") return parse_version(rest, environment);
  if (std::ranges::find(kVerbs, verb) == kVerbs.end()) return unknown_verb(verb);
  if (std::ranges::any_of(rest, asks_for_help)) return HelpText{help_of(verb)};
  if (verb == "run") return parse_run(rest, environment);
  if (verb == "trust") return parse_trust(rest, environment);
  return parse_version(rest, environment);
}

}  // namespace gatehouse::cli
