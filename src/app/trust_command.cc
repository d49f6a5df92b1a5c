#include "app/trust_command.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "base/json_text.h"
#include "certs/trust/system/trust.h"
#include "cli/exit_code.h"

namespace gatehouse::app {
namespace {

using Outcome = certs::TrustStep::Outcome;

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

Result<int> export_anchor(const crypto::Certificate& anchor, const cli::TrustCommand& command) {
  const std::string pem = anchor.to_pem();
  if (!command.out) {
    fmt::print("{}", pem);
    return 0;
  }
  std::ofstream file(*command.out, std::ios::binary | std::ios::trunc);
  file << pem;
  file.close();
  if (!file) {
    return fail(Fault::machine,
                fmt::format("Cannot write {}: check that its folder exists and that you may write "
                            "there.",
                            command.out->string()));
  }
  fmt::print(stderr, "The local CA's certificate is in {}. It is public: it holds no key.\n",
             command.out->string());
  return 0;
}

}  // namespace

Result<int> run_trust(const cli::TrustCommand& command) {
  auto anchor = certs::read_anchor(command.state);
  if (!anchor) return pass_on(anchor);
  if (command.verb == cli::TrustCommand::Verb::export_) return export_anchor(*anchor, command);
  certs::TrustPlaces places;
  places.system_root = command.system_root.value_or("/");
  // Named databases are meant instead of those of whoever runs this.
  if (command.nss.empty()) places.home = environment("HOME");
  places.nss = command.nss;
  certs::SystemCommandRunner runner(environment("PATH"));
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
