#include "certs/renewal/default_identity.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "certs/authority/authority_keys.h"
#include "certs/renewal/default_plan.h"
#include "certs/renewal/due.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;

constexpr int kMostTries = 3;

bool all_valid(const Identity& identity, WallTime now) {
  return std::ranges::all_of(identity.chain, [&](const auto& one) { return one.valid_at(now); });
}

WallTime renewal_of(const DefaultPlan& plan) {
  WallTime when =
      std::min(renewal_time(plan.certified->leaf()), renewal_time(plan.ca.issuer.leaf()));
  if (plan.self_signed) when = std::min(when, renewal_time(plan.self_signed->leaf()));
  return when;
}

std::string taken_over_text(const StateFolder& folder, WallTime until) {
  return fmt::format(
      "the local CA and the default identity are taken over into the store, unchanged. Their "
      "private files move to {} in a few minutes, and are erased after {:%Y-%m-%d}: until then you "
      "can go back to the version before",
      (folder.path() / "before-store").string(), std::chrono::floor<std::chrono::seconds>(until));
}

DefaultIdentity carried_out(DefaultPlan plan, const StateFolder& folder) {
  const WallTime renew_at = renewal_of(plan);
  return {std::move(*plan.certified),
          std::move(plan.self_signed),
          plan.records,
          plan.ca.authority.active_root().certificate,
          std::make_shared<const Identity>(std::move(plan.ca.issuer)),
          anchor_file(folder),
          std::move(plan.notices),
          renew_at};
}

// What is kept, if clients still accept it: better than not to serve because the disk is full.
std::optional<DefaultIdentity> as_it_was(DefaultPlan plan, const Error& why,
                                         const StateFolder& folder, WallTime now) {
  if (!plan.found || !all_valid(*plan.found, now)) return std::nullopt;
  return DefaultIdentity{std::move(*plan.found),
                         std::move(plan.found_self_signed),
                         plan.kept.records,
                         plan.ca.authority.active_root().certificate,
                         std::make_shared<const Identity>(std::move(plan.ca.issuer)),
                         anchor_file(folder),
                         {why.what + ". The certificate that is kept is served meanwhile"},
                         now};
}

io::Task<Result<Ok>> write(const DefaultIdentityKeeper::Parts& parts, const DefaultPlan& plan,
                           io::Deadline deadline) {
  Together rest = plan.ca.rest;
  if (auto settled = co_await settle_names(rest, parts.certificates, deadline); !settled) {
    co_return settled;
  }
  rest.conditions.push_back(plan.kept.unchanged);
  rest.writes.emplace_back(
      kv::Put{std::string(kDefaultRecordsKey), encode_default_records(plan.records)});
  const Cause cause{"gatehouse", plan.why.front()};
  if (plan.ca.changed) {
    auto saved =
        co_await parts.authorities.saved(plan.ca.authority, std::move(rest), cause, deadline);
    if (!saved) co_return pass_on(saved);
    co_return Ok{};
  }
  const Authority& machine = plan.ca.authority;
  rest.conditions.push_back(kv::Condition::at(keys::authority(machine.name), machine.revision));
  auto changed = co_await parts.certificates.change(std::move(rest), cause, deadline);
  if (!changed) co_return pass_on(changed);
  co_return Ok{};
}

}  // namespace

bool DefaultIdentity::due(WallTime now) const {
  return now >= renew_at || now < identity.leaf().not_before();
}

io::Task<Result<DefaultIdentity>> DefaultIdentityKeeper::ensure(DefaultIdentityRequest request,
                                                                io::Deadline deadline) {
  auto folder = StateFolder::open(parts_.state, parts_.before_step);
  if (!folder) co_return pass_on(folder);
  auto plan = co_await plan_default_identity(parts_, *folder, request, deadline);
  for (int tries = 1; plan && plan->changes(); ++tries) {
    auto written = co_await write(parts_, *plan, deadline);
    if (written) break;
    // Somebody else may have done the work meanwhile.
    if (written.error().kind == ErrorKind::conflict && tries < kMostTries) {
      plan = co_await plan_default_identity(parts_, *folder, request, deadline);
      continue;
    }
    auto kept = as_it_was(std::move(*plan), written.error(), *folder, parts_.clock.wall());
    if (!kept) co_return pass_on(written);
    in_use_ = kept->records;
    co_return std::move(*kept);
  }
  if (!plan) co_return pass_on(plan);
  co_return finish(std::move(*plan), *folder);
}

DefaultIdentity DefaultIdentityKeeper::finish(DefaultPlan plan, const StateFolder& folder) {
  in_use_ = plan.records;
  if (!plan.self_signed) in_use_.self_signed.reset();
  if (plan.taken_over) {
    plan.notices.push_back(taken_over_text(folder, *plan.records.taken_over + kKeptForGoingBack));
  }
  std::ranges::move(bring_copies_up(folder, plan), std::back_inserter(plan.notices));
  if (auto doubt = folder.doubt()) plan.notices.push_back(std::move(*doubt));
  return carried_out(std::move(plan), folder);
}

std::vector<std::string> DefaultIdentityKeeper::bring_copies_up(const StateFolder& folder,
                                                                const DefaultPlan& plan) const {
  std::vector<crypto::Certificate> roots;
  for (const auto& root : plan.ca.authority.roots) roots.push_back(root.certificate);
  return bring_files_up(folder, {.roots = roots,
                                 .anchor = plan.ca.authority.active_root().certificate,
                                 .by_default = *plan.certified,
                                 .copy_key = parts_.copy_key,
                                 .taken_over = plan.records.taken_over,
                                 .move_keys = !plan.taken_over,
                                 .now = parts_.clock.wall()});
}

std::vector<std::string> DefaultIdentityKeeper::users(const RecordId& id) const {
  if (in_use_.by_default == id || in_use_.self_signed == id) return {"the default identity"};
  return {};
}

}  // namespace gatehouse::certs
