#include "cli/grammar.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

// The verbs of the same noun that have this flag: "gatehouse trust export".
std::vector<std::string> owners_of_flag(const Verb& verb, std::string_view flag) {
  std::vector<std::string> owners;
  for (const Verb& other : verbs()) {
    if (verb.noun.empty() || other.noun != verb.noun) continue;
    const auto flags = other.flags();
    if (std::ranges::find(flags, flag, &FlagNote::name) == flags.end()) continue;
    owners.push_back("gatehouse " + other.path());
  }
  return owners;
}

}  // namespace

std::string Verb::path() const {
  return noun.empty() ? std::string(name) : fmt::format("{} {}", noun, name);
}

OperandCount operand_count(std::string_view operands) {
  OperandCount count;
  while (!operands.empty()) {
    const std::string_view word = operands.substr(0, operands.find(' '));
    operands.remove_prefix(std::min(operands.size(), word.size() + 1));
    const bool optional = word.starts_with('[');
    const bool many = word.find("...") != std::string_view::npos;
    if (!optional) ++count.least;
    count.most = many ? std::string_view::npos : count.most + 1;
  }
  return count;
}

std::vector<Verb> verbs() {
  std::vector<Verb> all;
  for (const auto rows : {run_rows(), site_rows().first(1), status_rows(), check_rows(),
                          reload_rows(), site_rows().subspan(1), binding_rows(), certificate_rows(),
                          copy_rows(), serving_rows(), upgrade_rows(), config_rows(), ca_rows(),
                          ca_issue_rows(), trust_rows(), trust_page_rows(), own_rows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

std::unexpected<Error> usage_error(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::usage);
}

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

std::unexpected<Error> unknown_flag(const Verb& verb, std::string_view argument) {
  const std::string_view name = argument.substr(0, argument.find('='));
  if (const auto owners = owners_of_flag(verb, name); !owners.empty()) {
    return usage_error(fmt::format("{} belongs to {}, not to gatehouse {}.", name,
                                   fmt::join(owners, " and "), verb.path()));
  }
  std::vector<std::string_view> names;
  const auto flags = verb.flags();
  for (const FlagNote& flag : flags) names.push_back(flag.name);
  return usage_error(fmt::format("gatehouse {} has no flag {}.{} See gatehouse {} --help.",
                                 verb.path(), printable(name), did_you_mean(name, names),
                                 verb.path()));
}

Result<Ok> check_count(const Verb& verb, Arguments operands) {
  const OperandCount count = operand_count(verb.operands);
  if (operands.size() > count.most) {
    return usage_error(fmt::format("\"{}\" is one argument too many. See gatehouse {} --help.",
                                   printable(operands[count.most]), verb.path()));
  }
  if (operands.size() < count.least) {
    const std::string_view missing = split_list(verb.operands)[operands.size()];
    return usage_error(fmt::format("{} is missing. Write gatehouse {} {}, for example: {}",
                                   missing.substr(0, missing.find("...")), verb.path(),
                                   verb.operands,
                                   verb.examples.substr(0, verb.examples.find('\n'))));
  }
  return Ok{};
}

}  // namespace gatehouse::cli
