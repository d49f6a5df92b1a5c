#include "app/trust_command.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "app/trust_export.h"
#include "base/json_text.h"
#include "base/shell_word.h"
#include "certs/trust/anchor_facts.h"
#include "certs/trust/system/trust.h"
#include "cli/common_flags.h"
#include "cli/exit_code.h"
#include "cli/live_api.h"
#include "cli/trust_page.h"

namespace gatehouse::app {
namespace {

using certs::TrustStatus;
using Outcome = certs::TrustStep::Outcome;

// Of `trust status`; see cli/exit_code.h.
constexpr int kNotTrusted = 23;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string_view text(Outcome outcome) {
  switch (outcome) {
    case Outcome::done: return "done";
    case Outcome::already: return "already";
    case Outcome::skipped: return "skipped";
    case Outcome::failed: return "failed";
  }
  return "failed";
}

void tell(const std::vector<certs::TrustStep>& steps, bool json) {
  std::string all;
  for (const certs::TrustStep& step : steps) {
    if (json) {
      all += fmt::format(R"({}{{"outcome":"{}","store":{},"what":{}}})", all.empty() ? "" : ",",
                         text(step.outcome), json_string(step.store), json_string(step.what));
    } else {
      fmt::print("{:<8} {}: {}\n", text(step.outcome), step.store, step.what);
    }
  }
  if (json) fmt::print("{{\"steps\":[{}]}}\n", all);
}

std::string_view text(TrustStatus::Answer answer) {
  switch (answer) {
    case TrustStatus::Answer::trusted: return "trusted";
    case TrustStatus::Answer::not_trusted: return "missing";
    case TrustStatus::Answer::unknown: return "unknown";
  }
  return "unknown";
}

// The command that gives the store what it misses; empty where it misses nothing.
std::string mending(const TrustStatus& status, const cli::TrustCommand& command) {
  if (status.answer != TrustStatus::Answer::not_trusted) return {};
  const bool sudo = status.needs_root && ::geteuid() != 0;
  return fmt::format("{}gatehouse trust install --state {}", sudo ? "sudo " : "",
                     shell_word(std::filesystem::absolute(command.state).string()));
}

int tell(const std::vector<TrustStatus>& all, const cli::TrustCommand& command) {
  std::string json;
  bool missing = false;
  for (const TrustStatus& status : all) {
    const std::string mend = mending(status, command);
    missing = missing || !mend.empty();
    json += fmt::format(R"({}{{"answer":"{}","store":{},"what":{},"mend":{}}})",
                        json.empty() ? "" : ",", text(status.answer), json_string(status.store),
                        json_string(status.what), json_string(mend));
    if (command.json) continue;
    fmt::print("{:<8} {}: {}\n", text(status.answer), status.store, status.what);
    if (!mend.empty()) fmt::print("         {}\n", mend);
  }
  if (command.json) fmt::print("{{\"stores\":[{}]}}\n", json);
  return missing ? kNotTrusted : 0;
}

// Of the gatehouse that runs on this state folder; nothing where none does, or it has another CA.
std::string coverage(const crypto::Certificate& anchor, const cli::TrustCommand& command) {
  cli::Connection connection;
  connection.state = command.state;
  cli::complete_sockets(connection, [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  });
  auto api = cli::connect_live(connection);
  if (!api) return {};
  api::ShowTrustResponse shown;
  if (!(*api)->call("gatehouse.v1.TrustService/Show", api::ShowTrustRequest{}, shown, {})) {
    return {};
  }
  return shown.sha256() == crypto::hex(anchor.sha256()) ? cli::coverage_text(shown) : "";
}

// The lines of `trust show`.
Result<int> show(const crypto::Certificate& anchor, bool json) {
  const certs::AnchorFacts facts = certs::facts_of(anchor);
  if (json) {
    fmt::print(R"({{"name":{},"sha256":"{}","fingerprint":"{}","may_certify":{},"until":"{}"}})"
               "\n",
               json_string(facts.name), facts.sha256, facts.fingerprint,
               json_string(facts.may_certify), facts.until);
    return 0;
  }
  const std::string_view half = facts.fingerprint;
  fmt::print("{}\n\n", printable(facts.name));
  fmt::print("SHA-256      {}\n             {}\n", half.substr(0, 39), half.substr(40));
  fmt::print("may certify  {}\n",
             facts.may_certify.empty() ? "any name" : printable(facts.may_certify));
  fmt::print("until        {}\n", facts.until);
  return 0;
}

}  // namespace

Result<int> run_trust(const cli::TrustCommand& command) {
  auto anchor = certs::read_anchor(command.state);
  if (!anchor) return pass_on(anchor);
  if (command.verb == cli::TrustCommand::Verb::export_) return export_anchor(*anchor, command);
  if (command.verb == cli::TrustCommand::Verb::show) return show(*anchor, command.json);
  certs::TrustPlaces places;
  places.system_root = command.system_root.value_or("/");
  // Named databases are meant instead of those of whoever runs this.
  if (command.nss.empty()) places.home = environment("HOME");
  places.nss = command.nss;
  certs::SystemCommandRunner runner(environment("PATH"));
  if (command.verb == cli::TrustCommand::Verb::status) {
    const int code = tell(certs::trust_status(*anchor, places, runner), command);
    if (!command.json) fmt::print("{}", coverage(*anchor, command));
    return code;
  }
  const auto steps = command.verb == cli::TrustCommand::Verb::install
                         ? certs::install_trust(*anchor, places, runner)
                         : certs::uninstall_trust(*anchor, places, runner);
  tell(steps, command.json);
  const auto is = [](Outcome outcome) {
    return [outcome](const certs::TrustStep& step) { return step.outcome == outcome; };
  };
  if (std::ranges::any_of(steps, is(Outcome::failed))) return 1;
  // Giving up is no success: nobody trusts the CA now.
  const bool nowhere = std::ranges::all_of(steps, is(Outcome::skipped));
  const bool in_vain = nowhere && command.verb == cli::TrustCommand::Verb::install;
  return in_vain ? cli::exit_code(ErrorKind::not_found) : 0;
}

}  // namespace gatehouse::app
