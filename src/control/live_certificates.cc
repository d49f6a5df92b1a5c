// How the certificates of a running program change, and how a change is proven.

#include <algorithm>

#include <fmt/format.h>

#include "control/live_control_plane.h"
#include "control/messages.h"
#include "control/newcomer.h"
#include "control/plan_words.h"
#include "control/steps.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

// All proofs of one change; what is not proven by then is told so.
constexpr auto kProofsTime = 5s;

}  // namespace

io::Task<Result<api::ChangeResponse>> LiveControlPlane::take_up_store(
    std::string why, Caller caller, std::vector<certs::Record> arrived) {
  if (auto turn = co_await take_turn(); !turn) co_return pass_on(turn);
  const Turn turn(*this);
  auto prepared = co_await prepare(now_.configuration, Identities::Look::new_files_only);
  if (!prepared) co_return pass_on(prepared);
  api::ChangeResponse response;
  response.set_revision(now_.revision);
  // What a site or binding names is proven with that.
  std::erase_if(arrived, [&prepared](const certs::Record& record) {
    return std::ranges::any_of(
        prepared->next.identities->all(),
        [&record](const ServedIdentityPtr& served) { return served->record == record.id; });
  });
  if (!co_await prove_arrivals(std::move(arrived), response)) {
    response.set_rolled_back(true);
    co_return response;
  }
  response.set_applied(true);
  const IdentitySet& next = *prepared->next.identities;
  if (same(next, *now_.identities)) co_return response;
  for (const std::string& line : certificate_words(now_.settings(), *now_.identities, next)) {
    add_step(response, line, "planned");
  }
  response.set_applied(false);
  co_return co_await put_in_force(
      std::move(*prepared), {.who = who(caller), .why = std::move(why), .certificates_only = true},
      std::move(response));
}

std::vector<std::string> LiveControlPlane::users_of(const certs::RecordId& id) const {
  if (!users_ || users_->revision != now_.revision || users_->identities != now_.identities) {
    users_.emplace(now_.revision, now_.identities, SiteUsers(now_.settings(), *now_.identities));
  }
  return users_->sites.of(id);
}

io::Task<bool> LiveControlPlane::prove(Claims all, const IdentitySet& identities,
                                       api::ChangeResponse& response) {
  return prove(std::move(all), trusted_by_clients(identities), response);
}

io::Task<bool> LiveControlPlane::prove_arrivals(std::vector<certs::Record> arrived,
                                                api::ChangeResponse& response) {
  const WallTime now = parts_.reactor.clock().wall();
  if (arrived.empty() || !names()) co_return true;
  if (!co_await bring_names()) {
    add_step(response, "every worker serves it", "failed",
             "a worker did not take it in time; the event log may say why");
    co_return false;
  }
  std::vector<crypto::Certificate> anchors;
  std::size_t proven = 0;
  for (const certs::Record& record : arrived) {
    if (proven == kMostClaims) break;
    auto one = newcomer(now_, parts_.listeners.open_now(), record, now);
    if (!one) continue;
    if (one->claim) {
      if (proven++ == 0) anchors = trusted_by_anybody(*now_.identities);
      Claims claims;
      claims.some.push_back(std::move(*one->claim));
      if (!co_await prove(std::move(claims), anchors, response)) {
        add_step(response, one->sentence, "failed");
        co_return false;
      }
    }
    add_step(response, one->sentence, "done");
  }
  co_return true;
}

io::Task<bool> LiveControlPlane::prove(Claims all, std::vector<crypto::Certificate> anchors,
                                       api::ChangeResponse& response) {
  const io::Deadline limit = parts_.reactor.in(kProofsTime);
  for (Claim& claim : all.some) {
    if (parts_.reactor.clock().steady() >= limit.time()) {
      ++all.left_out;
      continue;
    }
    const bool must_hold_name = claim.must_hold_name;
    bool proven = true;
    for (const check::Proof& proof : co_await parts_.prover.prove(std::move(claim), anchors)) {
      if (!proof.as_planned || (must_hold_name && !proof.ok)) proven = false;
      add(proof, *response.add_proofs());
    }
    if (!proven) co_return false;
  }
  if (all.left_out > 0) {
    add_step(response,
             fmt::format("{} more {} in force without a proof of their own: one change waits for "
                         "{} handshakes and {} s at most; `gatehouse check NAME` does the rest",
                         all.left_out, all.left_out == 1 ? "is" : "are", kMostClaims,
                         kProofsTime.count()),
             "planned");
  }
  co_return true;
}

// Only a certificate that somebody brought can come from an authority that is not ours; for all
// others the bundle of what this machine trusts is not read.
std::vector<crypto::Certificate> LiveControlPlane::trusted_by_clients(
    const IdentitySet& identities) const {
  const bool strangers = !identities.files.empty() || !identities.stored.empty();
  if (strangers) return trusted_by_anybody(identities);
  return identities.anchor ? std::vector{*identities.anchor} : std::vector<crypto::Certificate>();
}

std::vector<crypto::Certificate> LiveControlPlane::trusted_by_anybody(
    const IdentitySet& identities) const {
  std::vector<crypto::Certificate> anchors = parts_.machine_anchors();
  if (identities.anchor) anchors.push_back(*identities.anchor);
  return anchors;
}

io::Task<void> LiveControlPlane::refresh_identities() {
  if (auto turn = co_await take_turn(); !turn) co_return;
  const Turn turn(*this);
  retired_.sweep();
  parts_.access_logs.sweep();
  auto found = co_await parts_.identities.prepare(now_.configuration.settings, now_.identities,
                                                  Identities::Look::all_files);
  if (!found) {
    parts_.events.error("The certificate could not be renewed; the one before is still served.",
                        {{"reason", found.error().what}});
    co_return;
  }
  co_await serve(std::move(*found));
}

std::shared_ptr<const certs::NameIndex> LiveControlPlane::names() const {
  return parts_.names ? parts_.names() : nullptr;
}

io::Task<bool> LiveControlPlane::bring_names() {
  if (now_.snapshot->names != names()) {
    auto next = std::make_shared<edge::Snapshot>(*now_.snapshot);
    next->names = names();
    retire(std::exchange(now_.snapshot, next));
  }
  return apply(now_.snapshot, {});
}

io::Task<void> LiveControlPlane::serve_names() {
  if (auto turn = co_await take_turn(); !turn) {
    parts_.events.error("New certificates of the store are not served yet.",
                        {{"reason", turn.error().what}});
    co_return;
  }
  const Turn turn(*this);
  if (now_.snapshot->names == names()) co_return;
  auto next = std::make_shared<edge::Snapshot>(*now_.snapshot);
  next->names = names();
  retire(std::exchange(now_.snapshot, next));
  fleet_->apply(std::move(next), {}, [] {});
}

// For the same configuration.
io::Task<void> LiveControlPlane::serve(IdentitySetPtr identities) {
  const bool changed = !same(*identities, *now_.identities);
  now_.identities = std::move(identities);
  if (!changed) co_return;
  parts_.on_identities(*now_.identities);
  auto next = parts_.builder.build({.revision = now_.revision,
                                    .settings = now_.configuration.settings,
                                    .identities = now_.identities,
                                    .listeners = parts_.listeners.open_now(),
                                    .names = names(),
                                    .access_log = parts_.access_logs.in_use()});
  retire(std::exchange(now_.snapshot, next));
  if (!co_await apply(std::move(next), {})) co_return;
  const ServedIdentityPtr shown = shown_identity(now_.settings(), *now_.identities);
  const std::string subject = shown ? shown->identity.leaf().subject() : "";
  parts_.events.info("A renewed certificate is served from now on.", {{"subject", subject}});
  tell("certificate", "A renewed certificate is served from now on.");
}

}  // namespace gatehouse::control
