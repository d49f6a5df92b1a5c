#pragma once

#include <array>
#include <string_view>

#include "cli/certificate_commands.h"
#include "cli/common_flags.h"
#include "cli/verb_parser.h"

// Flags that several verbs of `gatehouse cert` have.
namespace gatehouse::cli {

template <class Into>
constexpr std::array<Flag<Into>, 5> kept_change_flags() {
  const auto all = change_flags<Into>();  // without --if-revision: certificates have none
  return {all[0], all[1], all[3], all[4], all[5]};
}

template <class Into>
constexpr Flag<Into> shelf_flag(std::string_view help) {
  return {"--shelf", "identities|anchors|intermediates", help,
          [](Into& into, std::string_view text) {
            if constexpr (requires { into.which; }) {
              return assign(into.which.shelf, text, parse_text);
            } else {
              return assign(into.shelf, text, parse_text);
            }
          }};
}

template <class Into>
constexpr Flag<Into> role_flag(std::string_view help) {
  return {"--role", "serverAuth|clientAuth", help, [](Into& into, std::string_view text) {
            if constexpr (requires { into.wanted; }) {
              return assign(into.wanted.role, text, parse_text);
            } else {
              return assign(into.role, text, parse_text);
            }
          }};
}

template <class Into>
constexpr std::array<Flag<Into>, 2> choice_flags() {
  return {shelf_flag<Into>("The shelf that it is on."),
          Flag<Into>{"--owner", "OWNER", "Whose it is: machine, or user:NAME.",
                     [](Into& into, std::string_view text) {
                       return assign(into.which.owner, text, parse_text);
                     }}};
}

template <class Into>
PassphraseSource& source_of(Into& into) {
  if constexpr (requires { into.passphrases; }) {
    return into.passphrases;
  } else {
    return into.passphrase;
  }
}

template <class Into>
constexpr std::array<Flag<Into>, 2> passphrase_flags(bool several) {
  return {
      Flag<Into>{"--passphrase-file", "FILE", "The passphrase is the first line of this file.",
                 [](Into& into, std::string_view text) {
                   return append(source_of(into).files, text, parse_path);
                 },
                 several},
      Flag<Into>{"--passphrase-stdin", "", "The passphrase is the first line of standard input.",
                 [](Into& into, std::string_view) -> Result<Ok> {
                   source_of(into).standard_input = true;
                   return Ok{};
                 }}};
}

template <class Into>
constexpr Flag<Into> replace_flag() {
  return {"--replace", "CERTIFICATE", "Take the place of this one: its name and what uses it stay.",
          [](Into& into, std::string_view text) { return assign(into.replace, text, parse_text); }};
}

}  // namespace gatehouse::cli
