#include "certs/renewal/default_identity.h"

#include <algorithm>

#include <fmt/format.h>

#include "certs/renewal/due.h"
#include "certs/renewal/kept_ca.h"
#include "certs/store/identity_files.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;
using crypto::KeyType;

constexpr std::string_view kDefault = "identities/default";
constexpr std::string_view kSelfSigned = "identities/self-signed";

using Patterns = std::vector<NamePattern>;

struct WantedNames {
  Patterns certified;    // by the local CA
  Patterns self_signed;  // hosts beyond its constraints
  Patterns left_out;     // names of the machine beyond its constraints
};

NamePattern pattern_of(const ServerName& name) {
  return NamePattern::parse(name.text()).value();  // a server name is a pattern without a star
}

void add_once(Patterns& patterns, const NamePattern& pattern) {
  if (std::ranges::find(patterns, pattern) == patterns.end()) patterns.push_back(pattern);
}

// The machine's own name comes first: it is what people see as the subject.
Patterns machine_patterns(const MachineNames& machine) {
  Patterns patterns;
  for (const auto& name : {machine.full_name, machine.short_name}) {
    if (name) add_once(patterns, pattern_of(*name));
  }
  for (const auto text : {"localhost", "127.0.0.1", "::1"}) {
    add_once(patterns, NamePattern::parse(text).value());
  }
  for (const ServerName& address : machine.addresses) add_once(patterns, pattern_of(address));
  return patterns;
}

WantedNames wanted_names(const DefaultIdentityRequest& request, const LocalCa& ca) {
  WantedNames wanted;
  for (const NamePattern& name : machine_patterns(request.machine)) {
    add_once(ca.permits(name) ? wanted.certified : wanted.left_out, name);
  }
  for (const NamePattern& host : request.hosts) {
    add_once(ca.permits(host) ? wanted.certified : wanted.self_signed, host);
  }
  return wanted;
}

std::vector<std::string> sorted_texts(const Patterns& patterns) {
  std::vector<std::string> texts;
  for (const NamePattern& pattern : patterns) texts.push_back(pattern.text());
  std::ranges::sort(texts);
  return texts;
}

bool has_names(const Identity& identity, const Patterns& names) {
  auto texts = identity.leaf().names().texts();
  std::ranges::sort(texts);
  return texts == sorted_texts(names);
}

std::string joined(const Patterns& patterns) {
  return fmt::format("{}", fmt::join(sorted_texts(patterns), ", "));
}

// What is and what is to be written, computed without touching the disk's content.
struct Plan {
  DefaultIdentity result;
  std::vector<PendingFile> files;
};

// A damaged certificate is made anew: nothing but itself is lost. Every other error is for a
// person.
Result<std::optional<Identity>> kept(const StateFolder& folder, std::string_view name,
                                     std::vector<std::string>& notices) {
  auto identity = read_identity(folder, name);
  if (identity || identity.error().kind != ErrorKind::invalid) return identity;
  notices.push_back(identity.error().what + "; a new one is made");
  return std::optional<Identity>{};
}

bool still_good(const Identity& identity, const Patterns& names, WallTime now) {
  return has_names(identity, names) && !is_due(identity.leaf(), now);
}

Result<Identity> certified_identity(const StateFolder& folder, const LocalCa& ca,
                                    const Patterns& names, WallTime now, Plan& plan) {
  auto read = kept(folder, kDefault, plan.result.notices);
  if (!read) return pass_on(read);
  std::optional<Identity>& found = *read;
  const bool same_issuer = found && found->leaf().is_issued_by(ca.server_issuer().leaf());
  if (same_issuer && still_good(*found, names, now)) {
    if (lacks_public_file(folder, kDefault, *found)) {
      plan.files.push_back(public_file(kDefault, *found));
    }
    return std::move(*found);
  }
  auto fresh = ca.issue_server(names, KeyType::p256, now);
  if (!fresh) return fresh;
  plan.files.push_back(private_file(kDefault, *fresh));
  plan.files.push_back(public_file(kDefault, *fresh));
  return fresh;
}

Result<std::optional<Identity>> self_signed_identity(const StateFolder& folder,
                                                     const CertificateLives& lives,
                                                     const Patterns& names, WallTime now,
                                                     Plan& plan) {
  if (names.empty()) return std::optional<Identity>{};
  auto found = kept(folder, kSelfSigned, plan.result.notices);
  if (!found || (*found && still_good(**found, names, now))) return found;
  auto fresh = issue_self_signed(names, KeyType::p256, lives, now);
  if (!fresh) return pass_on(fresh);
  plan.files.push_back(private_file(kSelfSigned, *fresh));
  return std::optional<Identity>(std::move(*fresh));
}

void add_notices(const WantedNames& wanted, const LocalCa& ca, const StateFolder& folder,
                 std::vector<std::string>& notices) {
  if (!wanted.self_signed.empty()) {
    notices.push_back(fmt::format(
        "{}: the local CA may not certify this, so the certificate is self-signed and clients will "
        "warn. Bring one with --certificate and --key, or {}",
        joined(wanted.self_signed), how_to_make_a_new_ca(folder, joined(wanted.self_signed))));
  }
  if (!wanted.left_out.empty()) {
    notices.push_back(fmt::format(
        "{}: this machine has it now, but the local CA was made for {} only, so no certificate "
        "holds it; to change that, {}",
        joined(wanted.left_out), ca.constraints().text(), how_to_make_a_new_ca(folder, "")));
  }
}

Result<Plan> make_plan(const StateFolder& folder, const DefaultIdentityRequest& request,
                       WallTime now) {
  auto ca = kept_or_new_ca(folder, request, now);
  if (!ca) return pass_on(ca);
  // Filled step by step; the chain of the issuer stands in until the certificate is there.
  Plan plan{
      {ca->ca.server_issuer(), {}, ca->ca.anchor(), ca->anchor_file, std::move(ca->notices), {}},
      std::move(ca->files)};
  const WantedNames wanted = wanted_names(request, ca->ca);
  auto certified = certified_identity(folder, ca->ca, wanted.certified, now, plan);
  if (!certified) return pass_on(certified);
  auto self_signed = self_signed_identity(folder, request.lives, wanted.self_signed, now, plan);
  if (!self_signed) return pass_on(self_signed);
  plan.result.identity = std::move(*certified);
  plan.result.self_signed = std::move(*self_signed);
  plan.result.renew_at = std::min(renewal_time(plan.result.identity.leaf()),
                                  renewal_time(ca->ca.server_issuer().leaf()));
  if (plan.result.self_signed) {
    plan.result.renew_at =
        std::min(plan.result.renew_at, renewal_time(plan.result.self_signed->leaf()));
  }
  add_notices(wanted, ca->ca, folder, plan.result.notices);
  return plan;
}

// Waits for the lock and plans again, because somebody else may have done the work meanwhile.
Result<Plan> carry_out(const StateFolder& folder, const DefaultIdentityRequest& request,
                       const Clock& clock) {
  auto writer = folder.writer();
  if (!writer) return pass_on(writer);
  auto plan = make_plan(folder, request, clock.wall());
  if (!plan) return plan;
  if (auto written = write_files(*writer, plan->files); !written) return pass_on(written);
  return plan;
}

bool all_valid(const Identity& identity, WallTime now) {
  return std::ranges::all_of(identity.chain, [&](const auto& one) { return one.valid_at(now); });
}

// What is kept, if clients still accept it: better than not to serve because the disk is full.
std::optional<DefaultIdentity> kept_as_it_is(const StateFolder& folder, const Error& why,
                                             WallTime now) {
  auto root = kept_root(folder, now);
  auto identity = read_identity(folder, kDefault);
  if (!root || !*root || !identity || !*identity || !all_valid(**identity, now)) {
    return std::nullopt;
  }
  auto self_signed = read_identity(folder, kSelfSigned).value_or(std::nullopt);
  const std::string notice = why.what + ". The certificate that is kept is served meanwhile";
  return DefaultIdentity{std::move(**identity),
                         std::move(self_signed),
                         (*root)->leaf(),
                         anchor_file(folder),
                         {notice},
                         now};
}

}  // namespace

bool DefaultIdentity::due(WallTime now) const {
  return now >= renew_at || now < identity.leaf().not_before();
}

Result<DefaultIdentity> ensure_default_identity(const StateFolder& folder,
                                                const DefaultIdentityRequest& request,
                                                const Clock& clock) {
  auto plan = make_plan(folder, request, clock.wall());
  if (!plan) return pass_on(plan);
  if (!plan->files.empty()) {
    plan = carry_out(folder, request, clock);
    if (!plan) {
      auto kept = kept_as_it_is(folder, plan.error(), clock.wall());
      if (!kept) return pass_on(plan);
      return std::move(*kept);
    }
  }
  if (auto doubt = folder.doubt()) plan->result.notices.push_back(std::move(*doubt));
  return std::move(plan->result);
}

}  // namespace gatehouse::certs
