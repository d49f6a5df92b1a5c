#pragma once

#include <array>

#include "cli/authority_commands.h"
#include "cli/common_flags.h"
#include "cli/verb_parser.h"

// Flags and checks that several verbs about CAs share.
namespace gatehouse::cli {

template <class Into>
constexpr std::array<Flag<Into>, 5> ca_flags() {
  const auto all = change_flags<Into>();  // without --if-revision: a CA has none
  return {all[0], all[1], all[3], all[4], all[5]};
}

template <class Into>
constexpr std::array<Flag<Into>, 2> passphrase_flags() {
  return {
      Flag<Into>{"--passphrase-file", "FILE", "The passphrase is the first line of this file.",
                 [](Into& into, std::string_view text) {
                   return assign(into.passphrase.file, text, parse_path);
                 }},
      Flag<Into>{"--passphrase-stdin", "", "The passphrase is the first line of standard input.",
                 [](Into& into, std::string_view) -> Result<Ok> {
                   into.passphrase.standard_input = true;
                   return Ok{};
                 }}};
}

template <class Into, auto member>
constexpr Flag<Into> text_flag(std::string_view name, std::string_view value,
                               std::string_view help) {
  return {name, value, help,
          [](Into& into, std::string_view text) { return assign(into.*member, text, parse_text); }};
}

template <class Into, auto member>
constexpr Flag<Into> number_flag(std::string_view name, std::string_view value,
                                 std::string_view help) {
  return {name, value, help, [](Into& into, std::string_view text) {
            return assign(into.*member, text, parse_number);
          }};
}

template <class Into, auto member>
constexpr Flag<Into> path_flag(std::string_view name, std::string_view value,
                               std::string_view help) {
  return {name, value, help,
          [](Into& into, std::string_view text) { return assign(into.*member, text, parse_path); }};
}

template <class Into, auto member>
constexpr Flag<Into> switch_flag(std::string_view name, std::string_view help) {
  return {name, "", help, [](Into& into, std::string_view) -> Result<Ok> {
            into.*member = true;
            return Ok{};
          }};
}

inline Result<Ok> check_passphrase(const PassphrasePlace& place) {
  if (!place.file.empty() && place.standard_input) {
    return usage_error("The passphrase comes from a file or from standard input, not from both.");
  }
  if (!place.none()) return Ok{};
  return usage_error(
      "A key leaves this machine encrypted only: say where the passphrase is, with "
      "--passphrase-file FILE or --passphrase-stdin. openssl rand -base64 24 makes a strong one.");
}

}  // namespace gatehouse::cli
