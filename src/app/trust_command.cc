#include "app/trust_command.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "app/trust_export.h"
#include "app/trust_source.h"
#include "base/json_text.h"
#include "base/shell_word.h"
#include "certs/trust/anchor_facts.h"
#include "certs/trust/system/trust.h"
#include "cli/exit_code.h"
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
  return fmt::format("{}gatehouse trust install{} --state {}", sudo ? "sudo " : "",
                     command.ca.empty() ? "" : " --ca " + shell_word(command.ca),
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
std::string coverage(const certs::TrustedCa& ca, const cli::TrustCommand& command) {
  const auto shown = ask_for_trust(command);
  if (!shown || shown->sha256() != crypto::hex(ca.active().sha256())) return {};
  return cli::coverage_text(*shown);
}

std::string json_of(const certs::TrustRoot& root) {
  const certs::AnchorFacts facts = certs::facts_of(root.certificate);
  return fmt::format(
      R"("name":{},"sha256":"{}","fingerprint":"{}","may_certify":{},"until":"{}","state":"{}")",
      json_string(facts.name), facts.sha256, facts.fingerprint, json_string(facts.may_certify),
      facts.until, certs::trust_role_text(root.role));
}

void show(const certs::TrustRoot& root) {
  const certs::AnchorFacts facts = certs::facts_of(root.certificate);
  const std::string_view half = facts.fingerprint;
  fmt::print("{}\n", printable(facts.name));
  if (root.role != certs::TrustRole::active) {
    fmt::print("{}\n", certs::trust_role_words(root.role));
  }
  fmt::print("\nSHA-256      {}\n             {}\n", half.substr(0, 39), half.substr(40));
  fmt::print("may certify  {}\n",
             facts.may_certify.empty() ? "any name" : printable(facts.may_certify));
  fmt::print("until        {}\n", facts.until);
}

// The lines of `trust show`, root by root.
Result<int> show(const certs::TrustedCa& ca, bool json) {
  if (!json) {
    for (std::size_t i = 0; i < ca.roots.size(); ++i) {
      if (i > 0) fmt::print("\n");
      show(ca.roots[i]);
    }
    return 0;
  }
  std::string others;
  for (std::size_t i = 1; i < ca.roots.size(); ++i) {
    others += fmt::format("{}{{{}}}", others.empty() ? "" : ",", json_of(ca.roots[i]));
  }
  fmt::print("{{{},\"others\":[{}]}}\n", json_of(ca.roots.front()), others);
  return 0;
}

// In every store, for every root: a device that misses one is left behind one day.
template <class Step, class Do>
std::vector<Step> for_each_root(const certs::TrustedCa& ca, Do one) {
  std::vector<Step> all;
  for (const certs::TrustRoot& root : ca.roots) {
    for (Step& step : one(root.certificate)) {
      if (ca.roots.size() > 1) {
        step.what = fmt::format("{} ({} root)", step.what, certs::trust_role_text(root.role));
      }
      all.push_back(std::move(step));
    }
  }
  return all;
}

}  // namespace

Result<int> run_trust(const cli::TrustCommand& command) {
  auto ca = trusted_ca(command);
  if (!ca) return pass_on(ca);
  if (command.verb == cli::TrustCommand::Verb::export_) return export_anchor(*ca, command);
  if (command.verb == cli::TrustCommand::Verb::show) return show(*ca, command.json);
  certs::TrustPlaces places;
  places.system_root = command.system_root.value_or("/");
  // Named databases are meant instead of those of whoever runs this.
  if (command.nss.empty()) places.home = environment("HOME");
  places.nss = command.nss;
  certs::SystemCommandRunner runner(environment("PATH"));
  if (command.verb == cli::TrustCommand::Verb::status) {
    const auto all = for_each_root<TrustStatus>(*ca, [&](const crypto::Certificate& root) {
      return certs::trust_status(root, places, runner);
    });
    const int code = tell(all, command);
    if (!command.json) fmt::print("{}", coverage(*ca, command));
    return code;
  }
  const auto steps = for_each_root<certs::TrustStep>(*ca, [&](const crypto::Certificate& root) {
    return command.verb == cli::TrustCommand::Verb::install
               ? certs::install_trust(root, places, runner)
               : certs::uninstall_trust(root, places, runner);
  });
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
