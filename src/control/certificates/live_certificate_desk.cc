#include "control/certificates/live_certificate_desk.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/certificates/certificate_messages.h"
#include "control/certificates/finding.h"
#include "control/messages.h"
#include "crypto/exchange/refusal.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

constexpr auto kStoreLimit = 30s;
constexpr auto kWorkLimit = 60s;
constexpr std::size_t kLongestPage = 1000;

Result<certs::RecordFilter> filter_of(const api::ListCertificatesRequest& request) {
  certs::RecordFilter filter;
  auto shelf = shelf_named(request.shelf());
  if (!shelf) return pass_on(shelf);
  filter.shelf = *shelf;
  auto role = role_of(request.role());
  if (!role) return pass_on(role);
  filter.role = *role;
  if (!request.owner().empty()) {
    auto owner = certs::Owner::parse(request.owner());
    if (!owner) return pass_on(owner);
    filter.owner = std::move(*owner);
  }
  if (request.origin().empty()) return filter;
  filter.origin = certs::origin_of(request.origin());
  if (filter.origin) return filter;
  return fail(Fault::client,
              "The origin of a certificate is one of: default, self-signed, local CA, import, "
              "files.",
              ErrorKind::usage);
}

bool takes_requests(const api::ListCertificatesRequest& request) {
  return request.after().empty() && request.origin().empty() && request.role().empty() &&
         (request.shelf().empty() || request.shelf() == "identities");
}

bool has_errors(const api::ChangeResponse& change) {
  return std::ranges::any_of(change.diagnostics(),
                             [](const api::Diagnostic& one) { return one.severity() == "error"; });
}

void add_chain(const certs::Record& record, api::GetCertificateResponse& to) {
  for (const crypto::Certificate& one : record.chain) {
    const api::FoundItem item = found_item("", one);
    api::ChainLink& link = *to.add_chain();
    link.set_subject(item.subject());
    link.set_issuer(item.issuer());
    link.set_not_after(item.not_after());
    link.set_sha256(item.sha256());
  }
}

std::unexpected<Error> in_use(const certs::Record& record, const std::vector<std::string>& users) {
  return fail(
      Fault::operator_input,
      fmt::format("The certificate \"{}\" is used by {}. Point {} to another one first.",
                  record.name.text(), fmt::join(users, ", "), users.size() == 1 ? "it" : "them"),
      ErrorKind::conflict);
}

void take_over(const api::ChangeResponse& from, api::ChangeResponse& to) {
  to.mutable_plan()->MergeFrom(from.plan());
  to.mutable_proofs()->MergeFrom(from.proofs());
  to.mutable_diagnostics()->MergeFrom(from.diagnostics());
  to.set_revision(from.revision());
}

}  // namespace

io::Deadline LiveCertificateDesk::soon() const { return parts_.reactor.in(kStoreLimit); }

io::Deadline LiveCertificateDesk::takes_long() const { return parts_.reactor.in(kWorkLimit); }

WallTime LiveCertificateDesk::now() const { return parts_.reactor.clock().wall(); }

api::StoredCertificate LiveCertificateDesk::message(const certs::Record& record) const {
  return control::message(record, now(), parts_.usage.users(record.id));
}

// ------------------------------------------------------------------ reading

CertificateDesk::Answer<api::ListCertificatesResponse> LiveCertificateDesk::list(
    api::ListCertificatesRequest request, Caller /*caller*/) {
  auto filter = filter_of(request);
  if (!filter) co_return pass_on(filter);
  const std::size_t limit = request.limit() == 0 ? kLongestPage : request.limit();
  auto page = co_await parts_.store.reader().list(std::move(*filter), request.after(),
                                                  std::min(limit, kLongestPage), soon());
  if (!page) co_return pass_on(page);
  api::ListCertificatesResponse response;
  for (const certs::Record& record : page->records) *response.add_stored() = message(record);
  response.set_next(page->next);
  if (!takes_requests(request)) co_return response;
  auto waiting = co_await parts_.store.requests().list(soon());
  if (!waiting) co_return pass_on(waiting);
  for (const certs::PendingRequest& one : *waiting) {
    if (!request.owner().empty() && one.owner.text() != request.owner()) continue;
    *response.add_requests() = control::message(one);
  }
  co_return response;
}

io::Task<Result<std::optional<certs::PendingRequest>>> LiveCertificateDesk::pending(
    const api::CertificateSelector& selector) const {
  auto waiting = co_await parts_.store.requests().list(soon());
  if (!waiting) co_return pass_on(waiting);
  const std::string owner = selector.owner().empty() ? "machine" : selector.owner();
  const auto parsed = certs::Selector::parse(selector.text());
  const auto* name = parsed ? std::get_if<certs::RecordName>(&parsed->kind()) : nullptr;
  for (certs::PendingRequest& one : *waiting) {
    const bool meant = one.id.text() == selector.text() || (name != nullptr && one.name == *name);
    if (meant && one.owner.text() == owner) co_return std::optional(std::move(one));
  }
  co_return std::optional<certs::PendingRequest>();
}

CertificateDesk::Answer<api::GetCertificateResponse> LiveCertificateDesk::get(
    api::GetCertificateRequest request, Caller /*caller*/) {
  api::GetCertificateResponse response;
  auto found = co_await find(parts_.store, request.selector(), soon());
  if (!found && found.error().kind == ErrorKind::not_found) {
    auto waiting = co_await pending(request.selector());
    if (!waiting) co_return pass_on(waiting);
    if (!*waiting) co_return pass_on(found);
    *response.mutable_request() = control::message(**waiting);
    response.set_pem((*waiting)->request.to_pem());
    co_return response;
  }
  if (!found) co_return pass_on(found);
  // With the time of its last use.
  auto record = co_await parts_.store.reader().record(found->record().id, soon());
  if (!record) co_return pass_on(record);
  *response.mutable_certificate() = message(*record);
  add_chain(*record, response);
  for (const certs::Candidate& one : found->choice.candidates) {
    api::CertificateCandidate& to = *response.add_candidates();
    *to.mutable_certificate() = message(one.record);
    to.set_reason(one.reason);
  }
  response.set_pem(record->leaf().to_pem());
  co_return response;
}

CertificateDesk::Answer<api::CertificateHistoryResponse> LiveCertificateDesk::history(
    api::CertificateHistoryRequest request, Caller /*caller*/) {
  api::CertificateHistoryResponse response;
  auto found = co_await find(parts_.store, request.selector(), soon());
  auto id = certs::RecordId::parse(request.selector().text());
  if (found) {
    id = found->record().id;
    response.set_name(found->record().name.text());
  } else if (found.error().kind != ErrorKind::not_found || !id) {
    co_return pass_on(found);
  }
  auto entries = co_await parts_.store.reader().history(*id, soon());
  if (!entries) co_return pass_on(entries);
  response.set_id(id->text());
  for (const certs::HistoryEntry& entry : *entries) {
    if (!found && entry.before) response.set_name(entry.before->name.text());
    *response.add_entries() = control::message(entry, now());
  }
  std::reverse(response.mutable_entries()->begin(), response.mutable_entries()->end());
  co_return response;
}

// ------------------------------------------------------------------ bringing into force

Result<Ok> LiveCertificateDesk::check_users(const certs::Record& record,
                                            const certs::Record& next) const {
  if (record.origin == certs::Origin::default_identity && next.chain != record.chain) {
    return fail(Fault::operator_input,
                fmt::format("\"{}\" is made and renewed by gatehouse itself: give yours a name of "
                            "its own, and choose it where it is to be served",
                            record.name.text()),
                ErrorKind::conflict);
  }
  std::vector<std::string> lost = parts_.would_answer_for(record);
  const auto kept = parts_.would_answer_for(next);
  std::erase_if(lost,
                [&](const std::string& who) { return std::ranges::find(kept, who) != kept.end(); });
  if (lost.empty()) return Ok{};
  return fail(Fault::operator_input,
              fmt::format("{} would not find \"{}\" any more: what it is chosen by changes. Choose "
                          "it in another way there first, by its name or its server name.",
                          fmt::join(lost, ", "), record.name.text()),
              ErrorKind::conflict);
}

void LiveCertificateDesk::add_consequences(const certs::Record& record,
                                           api::ChangeResponse& change) const {
  for (const std::string& who : parts_.would_answer_for(record)) {
    add_step(change, fmt::format("\"{}\" answers for {}", record.name.text(), who), true);
  }
}

io::Task<Result<Ok>> LiveCertificateDesk::undo(StoreEdit& edit, api::ChangeResponse& change) {
  auto undone = co_await edit.undo(soon());
  if (!undone) {
    parts_.events.error("A change of the certificate store could not be undone.",
                        {{"reason", undone.error().what}});
    co_return fail(
        Fault::machine,
        fmt::format("The change could not be brought into force, and the store could not be "
                    "brought back to what it was ({}). What is served has not changed; see "
                    "gatehouse cert list.",
                    undone.error().what));
  }
  for (api::Step& step : *change.mutable_plan()) {
    if (step.state() == "done") step.set_state("undone");
  }
  co_return Ok{};
}

io::Task<Result<Ok>> LiveCertificateDesk::settle(StoreEdit& edit, std::string why, Caller caller,
                                                 api::ChangeResponse& change) {
  if (edit.empty()) co_return Ok{};
  auto served = co_await parts_.bring_into_force(std::move(why), std::move(caller), edit.arrived());
  const bool proven = served && !served->rolled_back() && !has_errors(*served);
  if (!proven) {
    if (auto undone = co_await undo(edit, change); !undone) co_return undone;
  }
  if (!served) co_return pass_on(served);
  take_over(*served, change);
  change.set_applied(proven);
  change.set_rolled_back(!proven);
  co_return Ok{};
}

// ------------------------------------------------------------------ renaming and removing

CertificateDesk::Answer<api::RenameCertificateResponse> LiveCertificateDesk::rename(
    api::RenameCertificateRequest request, Caller caller) {
  auto name = certs::RecordName::parse(request.name());
  if (!name) co_return pass_on(name);
  auto turn = co_await turn_.take(soon());
  if (!turn) co_return pass_on(turn);
  auto found = co_await find_one(parts_.store, request.selector(), soon());
  if (!found) co_return pass_on(found);
  certs::Record record = found->record();
  api::RenameCertificateResponse response;
  if (record.name == *name) {
    *response.mutable_certificate() = message(record);
    co_return response;
  }
  certs::Record renamed_record = record;
  renamed_record.name = *name;
  if (auto users = check_users(record, renamed_record); !users) co_return pass_on(users);
  add_step(*response.mutable_change(),
           fmt::format("\"{}\" is called \"{}\" from now on", record.name.text(), name->text()),
           request.dry_run());
  if (!request.dry_run()) {
    StoreEdit edit(parts_.store, cause_of(who(caller), request.why(), "renamed"), soon());
    auto renamed = co_await edit.rename(record.id, std::move(*name));
    if (!renamed) co_return pass_on(renamed);
    auto settled = co_await settle(edit, "a certificate was renamed", std::move(caller),
                                   *response.mutable_change());
    if (!settled) co_return pass_on(settled);
    if (response.change().applied()) record = std::move(*renamed);
  }
  *response.mutable_certificate() = message(record);
  co_return response;
}

CertificateDesk::Answer<api::RemoveCertificateResponse> LiveCertificateDesk::remove_request(
    const certs::PendingRequest& pending, bool dry_run) {
  api::RemoveCertificateResponse response;
  *response.mutable_request() = control::message(pending);
  add_step(*response.mutable_change(),
           fmt::format("the request \"{}\" is removed, and its key: an answer to it cannot be used "
                       "any more",
                       pending.name.text()),
           dry_run);
  if (dry_run) co_return response;
  auto removed = co_await parts_.store.requests().remove(pending.id, soon());
  if (!removed) co_return pass_on(removed);
  response.mutable_change()->set_applied(true);
  co_return response;
}

CertificateDesk::Answer<api::RemoveCertificateResponse> LiveCertificateDesk::remove(
    api::RemoveCertificateRequest request, Caller caller) {
  auto turn = co_await turn_.take(soon());
  if (!turn) co_return pass_on(turn);
  auto found = co_await find_one(parts_.store, request.selector(), soon());
  if (!found && found.error().kind == ErrorKind::not_found) {
    auto waiting = co_await pending(request.selector());
    if (!waiting) co_return pass_on(waiting);
    if (*waiting) co_return co_await remove_request(**waiting, request.dry_run());
  }
  if (!found) co_return pass_on(found);
  const certs::Record& record = found->record();
  api::RemoveCertificateResponse response;
  *response.mutable_certificate() = message(record);
  add_step(*response.mutable_change(),
           fmt::format("{} is removed from the shelf {}{}; the history keeps the certificate",
                       sentence_of(record), certs::shelf_text(record.shelf),
                       record.shelf == certs::Shelf::identities ? " with its key" : ""),
           request.dry_run());
  if (const auto users = parts_.usage.users(record.id); !users.empty()) {
    co_return in_use(record, users);
  }
  if (request.dry_run()) co_return response;
  auto removed = co_await parts_.store.remove(
      record.id, cause_of(who(caller), request.why(), "removed"), soon());
  if (!removed) co_return pass_on(removed);
  response.mutable_change()->set_applied(true);
  co_return response;
}

}  // namespace gatehouse::control
