#include <fmt/format.h>

#include "api/secrets.h"
#include "certs/store/content.h"
#include "control/certificates/certificate_messages.h"
#include "control/certificates/finding.h"
#include "control/certificates/importing.h"
#include "control/certificates/live_certificate_desk.h"
#include "control/messages.h"

// What the desk does with files of keys and certificates.
namespace gatehouse::control {
namespace {

using certs::Record;

Result<ImportWishes> wishes_of(const api::ImportCertificatesRequest& request) {
  ImportWishes wishes;
  if (!request.name().empty()) {
    auto name = certs::RecordName::parse(request.name());
    if (!name) return pass_on(name);
    wishes.name = std::move(*name);
  }
  auto owner = owner_named(request.owner());
  if (!owner) return pass_on(owner);
  wishes.owner = std::move(*owner);
  auto shelf = shelf_named(request.shelf());
  if (!shelf) return pass_on(shelf);
  wishes.shelf = *shelf;
  auto role = role_of(request.role());
  if (!role) return pass_on(role);
  wishes.role = *role;
  if (wishes.name && request.has_replace()) {
    return fail(Fault::client,
                "What takes the place of another certificate keeps its name. Leave --name out, or "
                "rename it afterwards.",
                ErrorKind::usage);
  }
  return wishes;
}

// The secrets of a request, taken out of it; they are wiped at its end.
class Reading {
 public:
  explicit Reading(api::ImportCertificatesRequest& request) {
    secrets_.mutable_files()->Swap(request.mutable_files());
    secrets_.mutable_passphrases()->Swap(request.mutable_passphrases());
  }
  Reading(Reading&&) = default;
  Reading& operator=(Reading&&) = delete;
  ~Reading() { api::wipe_secrets(secrets_); }

  Result<ReadFiles> operator()() const { return read_files(secrets_); }

 private:
  api::ImportCertificatesRequest secrets_;
};

std::string step_text(const Arrival& arrival, const Record& record) {
  if (arrival.replaces) {
    return fmt::format("{} takes the place of the certificate that had this name",
                       sentence_of(record));
  }
  return fmt::format("{} is stored on the shelf {}{}", sentence_of(record),
                     certs::shelf_text(arrival.shelf),
                     arrival.completes ? ", and completes its request" : "");
}

io::Task<Result<Record>> store(StoreEdit& edit, const Arrival& arrival, certs::Owner owner) {
  if (arrival.replaces) co_return co_await edit.replace(*arrival.replaces, arrival.content);
  co_return co_await edit.add({.content = arrival.content,
                               .name = arrival.name,
                               .owner = std::move(owner),
                               .origin = certs::Origin::import,
                               .shelf = arrival.shelf});
}

}  // namespace

CertificateDesk::Answer<api::ImportCertificatesResponse> LiveCertificateDesk::import(
    api::ImportCertificatesRequest request, Caller caller) {
  auto wishes = wishes_of(request);
  if (!wishes) co_return pass_on(wishes);
  auto read = co_await parts_.helper.run(parts_.reactor, Reading(request), takes_long());
  if (!read) co_return pass_on(read);
  if (!read->bundle) co_return std::move(read->refusals);

  auto turn = co_await turn_.take(soon());
  if (!turn) co_return pass_on(turn);
  if (request.has_replace()) {
    auto found = co_await find_one(parts_.store, request.replace(), soon());
    if (!found) co_return pass_on(found);
    wishes->replace = found->record();
    wishes->owner = found->record().owner;
  }
  const certs::Owner owner = wishes->owner;
  const auto anchors = parts_.machine_anchors();
  ImportPlanner planner(parts_.store, std::move(*wishes), anchors, now(), soon());
  auto plan = co_await planner.plan(std::move(*read->bundle));
  if (!plan) co_return pass_on(plan);
  api::ImportCertificatesResponse response = std::move(plan->response);
  if (!response.refusals().empty()) co_return response;

  for (const Arrival& arrival : plan->arrivals) {
    if (!arrival.replaces) continue;
    auto before = co_await parts_.store.reader().get(*arrival.replaces, soon());
    if (!before) co_return pass_on(before);
    auto users = check_users(before->record, arrival.record(owner, now()));
    if (!users) co_return pass_on(users);
  }
  api::ChangeResponse& change = *response.mutable_change();
  StoreEdit edit(parts_.store, cause_of(who(caller), request.why(), "imported"), soon());
  for (const Record& one : plan->unchanged) *response.add_stored() = message(one);
  for (const Arrival& arrival : plan->arrivals) {
    const Record coming = arrival.record(owner, now());
    add_step(change, step_text(arrival, coming), request.dry_run());
    if (request.dry_run()) {
      add_consequences(coming, change);
      continue;
    }
    auto stored = co_await store(edit, arrival, owner);
    if (!stored) {
      if (auto undone = co_await undo(edit, change); !undone) co_return pass_on(undone);
      co_return pass_on(stored);
    }
    *response.add_stored() = message(*stored);
  }
  if (request.dry_run()) co_return response;
  auto settled = co_await settle(edit, "certificates were imported", std::move(caller), change);
  if (!settled) co_return pass_on(settled);
  if (!change.applied()) {
    response.clear_stored();
    co_return response;
  }
  // The key of a request is kept until its certificate has been proven.
  for (const Arrival& arrival : plan->arrivals) {
    if (!arrival.completes) continue;
    auto removed = co_await parts_.store.requests().remove(*arrival.completes, soon());
    if (!removed)
      response.add_notes(fmt::format("Its request stays in the list: {}.", removed.error().what));
  }
  co_return response;
}

}  // namespace gatehouse::control
