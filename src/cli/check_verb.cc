#include <array>

#include "cli/check_command.h"
#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

constexpr auto kFlags = join(
    std::array{
        Flag<RunCheck>{"--connect", "ADDRESS",
                       "Dial this instead of what the name resolves to: 192.0.2.7, 192.0.2.7:8443.",
                       [](RunCheck& run, Text text) { return set_connect(run.check, text); }},
        Flag<RunCheck>{"--trust", "FILE",
                       "Trust these authorities too (PEM), beside those of this machine.",
                       [](RunCheck& run, Text text) { return add_trust(run.check, text); }, true},
        Flag<RunCheck>{"--http-port", "PORT",
                       "Where plain HTTP is looked for; 80 for a site on port 443.",
                       [](RunCheck& run, Text text) { return set_http_port(run.check, text); }},
    },
    connection_flags<RunCheck>());

Result<Ok> take_targets(RunCheck& run, Arguments operands) {
  for (const std::string& text : operands) {
    if (auto done = add_target(run.check, text); !done) return done;
  }
  return Ok{};
}

Result<Ok> finish_check(RunCheck& run, const Environment& environment) {
  run.check.json = run.api.json;
  return finish_connection(run, environment);
}

constexpr Grammar<RunCheck> kCheck{kFlags, take_targets, finish_check};

constexpr std::array kRows{
    Verb{"", "check", "[NAME|URL...]", "what clients see: dials a site as they do",
         "Dials a site as browsers, programs and old clients would, and says what each of them "
         "does: versions, chain, names, how much of the certificate's life has passed, redirect "
         "and HSTS; then findings with what to do. Without a name it examines every site of the "
         "running gatehouse. Any other server can be examined too.",
         "gatehouse check files.example.com\n"
         "gatehouse check https://files.example.com:8443 --connect 127.0.0.1\n"
         "gatehouse check --json",
         flags_of<kCheck>, parse_by<kCheck>}};

}  // namespace

std::span<const Verb> check_rows() { return kRows; }

}  // namespace gatehouse::cli
