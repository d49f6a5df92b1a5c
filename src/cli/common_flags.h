#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "cli/client_commands.h"
#include "cli/flag.h"
#include "cli/grammar.h"

// Flags that several verbs share, and what reads their values.
namespace gatehouse::cli {

Result<std::filesystem::path> parse_path(std::string_view text);
Result<std::string> parse_text(std::string_view text);           // anything but nothing
Result<std::string> parse_upstream_text(std::string_view text);  // a valid UpstreamUrl, as text
Result<std::string> parse_listen_text(std::string_view text);
Result<std::string> parse_profile_text(std::string_view text);
Result<std::string> parse_policy_text(std::string_view text);  // redirect, refuse, keep
Result<std::string> parse_site_name(std::string_view text);    // a name, *.name or *
Result<std::uint64_t> parse_number(std::string_view text);

// Where the running gatehouse may listen, if --socket says nothing.
void complete_sockets(Connection& api, const Environment& environment);
// Of files both or none; no second one without a first.
Result<Ok> check_certificates(const CertificateWords& first, const CertificateWords& second);

template <class Into>
Connection& connection_of(Into& command) {
  if constexpr (requires { command.change; }) {
    return command.change.api;
  } else {
    return command.api;
  }
}

template <class Into>
Result<Ok> finish_connection(Into& command, const Environment& environment) {
  complete_sockets(connection_of(command), environment);
  return Ok{};
}

template <class Into>
constexpr std::array<Flag<Into>, 3> connection_flags() {
  return {Flag<Into>{"--socket", "PATH", "The running gatehouse listens for administration there.",
                     [](Into& into, std::string_view text) -> Result<Ok> {
                       auto path = parse_path(text);
                       if (!path) return pass_on(path);
                       connection_of(into).sockets = {std::move(*path)};
                       return Ok{};
                     },
                     false, "GATEHOUSE_SOCKET"},
          Flag<Into>{"--state", "DIR", "The state folder of the running gatehouse, to find it by.",
                     [](Into& into, std::string_view text) {
                       return assign(connection_of(into).state, text, parse_path);
                     },
                     false, "GATEHOUSE_STATE"},
          Flag<Into>{"--json", "", "Answer with the message of the API, as one line of JSON.",
                     [](Into& into, std::string_view) -> Result<Ok> {
                       connection_of(into).json = true;
                       return Ok{};
                     }}};
}

template <class Into>
constexpr std::array<Flag<Into>, 6> change_flags() {
  const auto connection = connection_flags<Into>();
  return {Flag<Into>{"--dry-run", "", "Print what would change, and change nothing.",
                     [](Into& into, std::string_view) -> Result<Ok> {
                       into.change.dry_run = true;
                       return Ok{};
                     }},
          Flag<Into>{"--why", "TEXT", "A reason, for the history.",
                     [](Into& into, std::string_view text) {
                       return assign(into.change.why, text, parse_text);
                     }},
          Flag<Into>{"--if-revision", "NUMBER",
                     "Only if nobody has changed anything since this revision.",
                     [](Into& into, std::string_view text) {
                       return assign(into.change.if_revision, text, parse_number);
                     }},
          connection[0],
          connection[1],
          connection[2]};
}

template <class Into>
constexpr std::array<Flag<Into>, 4> certificate_flags() {
  return {Flag<Into>{"--certificate", "SELECTOR|FILE",
                     "Its certificate: one of the store by name, thumbprint or subject (see "
                     "gatehouse cert list), or a PEM file with its chain, beside --key.",
                     [](Into& into, std::string_view text) {
                       return assign(into.certificate.certificate, text, parse_text);
                     }},
          Flag<Into>{"--key", "FILE", "The private key of the certificate (PEM).",
                     [](Into& into, std::string_view text) {
                       return assign(into.certificate.key, text, parse_path);
                     }},
          Flag<Into>{"--second-certificate", "SELECTOR|FILE",
                     "Another one with a key of another kind, RSA beside ECDSA: each client gets "
                     "the one that it can verify.",
                     [](Into& into, std::string_view text) {
                       return assign(into.second_certificate.certificate, text, parse_text);
                     }},
          Flag<Into>{"--second-key", "FILE", "The private key of the second certificate (PEM).",
                     [](Into& into, std::string_view text) {
                       return assign(into.second_certificate.key, text, parse_path);
                     }}};
}

template <class Into>
constexpr Flag<Into> owner_flag(std::string_view help) {
  return {"--owner", "OWNER", help,
          [](Into& into, std::string_view text) { return assign(into.owner, text, parse_text); }};
}

template <class Into>
constexpr Flag<Into> profile_flag() {
  return {"--tls-profile", "PROFILE",
          "modern (TLS 1.3), intermediate (1.2 and 1.3) or compatible (old clients).",
          [](Into& into, std::string_view text) {
            return assign(into.tls_profile, text, parse_profile_text);
          }};
}

}  // namespace gatehouse::cli
