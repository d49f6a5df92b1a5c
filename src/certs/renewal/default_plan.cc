#include "certs/renewal/default_plan.h"

#include <fmt/format.h>

#include "certs/authority/authority_keys.h"
#include "certs/authority/authority_parts.h"
#include "certs/issuer/permitted_names.h"
#include "certs/renewal/due.h"
#include "certs/renewal/wanted_names.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;
using crypto::Purpose;

constexpr std::string_view kDefaultName = "default";
constexpr std::string_view kSelfSignedName = "self-signed";

// One plan in the making.
class Planner {
 public:
  Planner(const DefaultIdentityKeeper::Parts& parts, const StateFolder& folder,
          const DefaultIdentityRequest& request, io::Deadline deadline)
      : parts_(parts),
        folder_(folder),
        request_(request),
        deadline_(deadline),
        now_(parts.clock.wall()) {}

  io::Task<Result<DefaultPlan>> plan();

 private:
  // With its CA and what was kept; the rest of the plan follows.
  io::Task<Result<DefaultPlan>> begin();
  io::Task<Result<DefaultPlan>> of_store(MachineCa ca);
  io::Task<Result<DefaultPlan>> of_files(MachineFiles files);
  Result<DefaultPlan> anew() const;

  io::Task<Result<Ok>> read_kept(DefaultPlan& plan);
  io::Task<Result<std::optional<Identity>>> kept(std::optional<RecordId>& id, DefaultPlan& plan);
  io::Task<Result<Ok>> adopt(std::optional<RecordId>& id, const std::optional<Identity>& identity,
                             std::string_view name, DefaultPlan& plan);

  io::Task<Result<Ok>> certify(const std::vector<NamePattern>& names, DefaultPlan& plan);
  io::Task<Result<Ok>> self_sign(const std::vector<NamePattern>& names, DefaultPlan& plan);
  io::Task<Result<std::string>> why_certify(const std::vector<NamePattern>& names,
                                            const DefaultPlan& plan);
  std::string why_renew(const Identity& found, const std::vector<NamePattern>& names) const;
  static void put(std::optional<RecordId>& id, std::string_view name, const Identity& identity,
                  DefaultPlan& plan);
  static void remember(const crypto::Certificate& leaf, const RecordId& record,
                       const std::string& why, DefaultPlan& plan);

  const DefaultIdentityKeeper::Parts& parts_;
  const StateFolder& folder_;
  const DefaultIdentityRequest& request_;
  io::Deadline deadline_;
  WallTime now_;
};

NewRecord default_record(Identity identity, std::string_view name) {
  return {.content = std::move(identity),
          .name = RecordName::nearest(name),
          .origin = Origin::default_identity,
          .shelf = Shelf::identities};
}

LeafSpec leaf_for(const std::vector<NamePattern>& names, const Authority& machine) {
  return {.common_name = names.front().text(), .names = names, .life = machine.lives.leaf};
}

void add_notices(const WantedNames& wanted, const crypto::NameConstraints& permitted,
                 std::vector<std::string>& notices) {
  if (!wanted.self_signed.empty()) {
    notices.push_back(fmt::format(
        "{}: the local CA may not certify this, so the certificate is self-signed and clients will "
        "warn. Bring one with --certificate and --key, or {}",
        joined(wanted.self_signed), how_to_get_another_root(joined(wanted.self_signed))));
  }
  if (!wanted.left_out.empty()) {
    notices.push_back(fmt::format(
        "{}: this machine has it now, but the local CA was made for {} only, so no certificate "
        "holds it; to change that, {}",
        joined(wanted.left_out), permitted.text(), how_to_get_another_root("")));
  }
}

io::Task<Result<DefaultPlan>> Planner::plan() {
  auto plan = co_await begin();
  if (!plan) co_return plan;
  const auto permitted = plan->ca.authority.constraints().value_or(crypto::NameConstraints{});
  const WantedNames wanted = wanted_names(request_.machine, request_.hosts, permitted);
  if (auto done = co_await certify(wanted.certified, *plan); !done) co_return pass_on(done);
  if (auto done = co_await self_sign(wanted.self_signed, *plan); !done) co_return pass_on(done);
  std::ranges::move(doubts_about(plan->ca.authority, request_.permit, now_),
                    std::back_inserter(plan->notices));
  add_notices(wanted, permitted, plan->notices);
  co_return plan;
}

// ------------------------------------------------------------------ what there is

io::Task<Result<DefaultPlan>> Planner::begin() {
  auto ca = co_await kept_machine_ca(parts_.authorities, now_, deadline_);
  if (!ca) co_return pass_on(ca);
  if (*ca) co_return co_await of_store(std::move(**ca));
  auto files = read_machine_files(folder_);
  if (!files) co_return pass_on(files);
  if (files->root) co_return co_await of_files(std::move(*files));
  co_return anew();
}

io::Task<Result<DefaultPlan>> Planner::of_store(MachineCa ca) {
  DefaultPlan plan{.ca = std::move(ca), .kept = {{}, kv::Condition::absent("")}};
  plan.notices = std::move(plan.ca.notices);
  if (plan.ca.changed) plan.why.emplace_back("other issuers of the local CA");
  if (auto read = co_await read_kept(plan); !read) co_return pass_on(read);
  co_return plan;
}

io::Task<Result<Ok>> Planner::read_kept(DefaultPlan& plan) {
  auto records = co_await read_default_records(parts_.entries, deadline_);
  if (!records) co_return pass_on(records);
  plan.kept = std::move(*records);
  plan.records = plan.kept.records;
  auto by_default = co_await kept(plan.records.by_default, plan);
  if (!by_default) co_return pass_on(by_default);
  plan.found = std::move(*by_default);
  auto self_signed = co_await kept(plan.records.self_signed, plan);
  if (!self_signed) co_return pass_on(self_signed);
  plan.found_self_signed = std::move(*self_signed);
  co_return Ok{};
}

// A damaged key is made anew: nothing but itself is lost. So is what somebody has removed.
io::Task<Result<std::optional<Identity>>> Planner::kept(std::optional<RecordId>& id,
                                                        DefaultPlan& plan) {
  if (!id) co_return std::optional<Identity>();
  auto identity = co_await parts_.certificates.identity(*id, deadline_);
  if (identity) co_return std::optional(std::move(*identity));
  if (identity.error().kind == ErrorKind::not_found) {
    id.reset();
    co_return std::optional<Identity>();
  }
  if (identity.error().kind != ErrorKind::invalid) co_return pass_on(identity);
  plan.notices.push_back(identity.error().what + "; a new one is made");
  co_return std::optional<Identity>();
}

io::Task<Result<DefaultPlan>> Planner::of_files(MachineFiles files) {
  auto by_default = std::move(files.by_default);
  auto self_signed = std::move(files.self_signed);
  auto ca = co_await machine_ca_of(std::move(files), request_.lives, parts_.certificates, now_,
                                   deadline_);
  if (!ca) co_return pass_on(ca);
  DefaultPlan plan{.ca = std::move(*ca),
                   .kept = {{}, kv::Condition::absent(std::string(kDefaultRecordsKey))},
                   .taken_over = true,
                   .why = {"taken over from the files of the state folder"}};
  plan.notices = std::move(plan.ca.notices);
  plan.records.taken_over = std::chrono::floor<std::chrono::seconds>(now_);
  for (const auto& [id, identity, name] :
       {std::tuple{&plan.records.by_default, &by_default, kDefaultName},
        std::tuple{&plan.records.self_signed, &self_signed, kSelfSignedName}}) {
    auto adopted = co_await adopt(*id, *identity, name, plan);
    if (!adopted) co_return pass_on(adopted);
  }
  plan.found = std::move(by_default);
  plan.found_self_signed = std::move(self_signed);
  co_return plan;
}

io::Task<Result<Ok>> Planner::adopt(std::optional<RecordId>& id,
                                    const std::optional<Identity>& identity, std::string_view name,
                                    DefaultPlan& plan) {
  if (!identity) co_return Ok{};
  auto record = co_await record_for({RecordId::random(), default_record(*identity, name)},
                                    parts_.certificates, plan.ca.rest, deadline_);
  if (!record) co_return pass_on(record);
  id = *record;
  if (identity->leaf().is_issued_by(plan.ca.issuer.leaf())) {
    remember(identity->leaf(), *record, plan.why.front(), plan);
  }
  co_return Ok{};
}

Result<DefaultPlan> Planner::anew() const {
  auto ca = new_machine_ca(constraints_for(request_.machine, request_.permit),
                           request_.machine.text(), request_.lives, now_);
  if (!ca) return pass_on(ca);
  return DefaultPlan{.ca = std::move(*ca),
                     .kept = {{}, kv::Condition::absent(std::string(kDefaultRecordsKey))},
                     .why = {"made at the first start"}};
}

// ------------------------------------------------------------------ what is to be

io::Task<Result<Ok>> Planner::certify(const std::vector<NamePattern>& names, DefaultPlan& plan) {
  auto why = co_await why_certify(names, plan);
  if (!why) co_return pass_on(why);
  if (why->empty()) {
    plan.certified = plan.found;
    co_return Ok{};
  }
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  if (!key) co_return pass_on(key);
  auto leaf = issue_leaf(plan.ca.issuer, leaf_for(names, plan.ca.authority), *key, now_);
  if (!leaf) co_return pass_on(leaf);
  if (plan.why.empty()) plan.why.push_back(*why);
  plan.certified = Identity{{std::move(*leaf), plan.ca.issuer.leaf()}, std::move(*key)};
  put(plan.records.by_default, kDefaultName, *plan.certified, plan);
  remember(plan.certified->leaf(), *plan.records.by_default, *why, plan);
  co_return Ok{};
}

// Empty: it stays as it is.
io::Task<Result<std::string>> Planner::why_certify(const std::vector<NamePattern>& names,
                                                   const DefaultPlan& plan) {
  if (!plan.found) co_return std::string("none was there");
  const crypto::Certificate& leaf = plan.found->leaf();
  if (!leaf.is_issued_by(plan.ca.issuer.leaf())) co_return std::string("it has another issuer");
  if (auto why = why_renew(*plan.found, names); !why.empty()) co_return why;
  if (plan.taken_over) co_return std::string();
  auto issued = co_await parts_.authorities.reader().issued_as(plan.ca.authority.name,
                                                               leaf.serial(), deadline_);
  if (issued && issued->issued.revocation) co_return std::string("it was revoked");
  if (!issued && issued.error().kind != ErrorKind::not_found) co_return pass_on(issued);
  co_return std::string();
}

std::string Planner::why_renew(const Identity& found, const std::vector<NamePattern>& names) const {
  if (!has_names(found, names)) return "it is for other names";
  if (is_due(found.leaf(), now_)) return "two thirds of its life are over";
  return "";
}

io::Task<Result<Ok>> Planner::self_sign(const std::vector<NamePattern>& names, DefaultPlan& plan) {
  if (names.empty()) co_return Ok{};
  std::string why = plan.found_self_signed ? why_renew(*plan.found_self_signed, names)
                                           : "the local CA may not certify a name";
  if (why.empty()) {
    plan.self_signed = plan.found_self_signed;
    co_return Ok{};
  }
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  if (!key) co_return pass_on(key);
  auto identity = issue_self_signed(leaf_for(names, plan.ca.authority), std::move(*key), now_);
  if (!identity) co_return pass_on(identity);
  if (plan.why.empty()) plan.why.push_back(std::move(why));
  plan.self_signed = std::move(*identity);
  put(plan.records.self_signed, kSelfSignedName, *plan.self_signed, plan);
  co_return Ok{};
}

// In the place of the one before, whose record it keeps.
void Planner::put(std::optional<RecordId>& id, std::string_view name, const Identity& identity,
                  DefaultPlan& plan) {
  Together& rest = plan.ca.rest;
  if (!id) {
    id = RecordId::random();
    rest.add.push_back({*id, default_record(identity, name)});
    return;
  }
  const auto adopted = std::ranges::find(rest.add, *id, &Together::Addition::id);
  if (adopted == rest.add.end()) {
    rest.replace.push_back({*id, identity});
  } else {
    adopted->content.content = identity;
  }
}

void Planner::remember(const crypto::Certificate& leaf, const RecordId& record,
                       const std::string& why, DefaultPlan& plan) {
  const Authority& machine = plan.ca.authority;
  auto entry = issued_entry(leaf, *machine.active_issuer(Purpose::server), {"gatehouse", why});
  entry.record = record;
  plan.ca.rest.writes.emplace_back(
      kv::Put{keys::issued(machine.name, leaf.serial()), encode_issued(entry)});
}

}  // namespace

io::Task<Result<DefaultPlan>> plan_default_identity(const DefaultIdentityKeeper::Parts& parts,
                                                    const StateFolder& folder,
                                                    const DefaultIdentityRequest& request,
                                                    io::Deadline deadline) {
  Planner planner(parts, folder, request, deadline);
  co_return co_await planner.plan();
}

}  // namespace gatehouse::certs
