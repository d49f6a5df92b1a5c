#include <fmt/format.h>

#include "api/secrets.h"
#include "control/authorities/live_authority_desk.h"
#include "control/authorities/wishes.h"
#include "crypto/exchange/key_writer.h"

// What the desk does to issue certificates.
namespace gatehouse::control {
namespace {

Result<Ok> check_destination(const api::IssueRequest& request, std::size_t certificates) {
  const auto refused = [](std::string_view what) {
    return fail(Fault::operator_input, std::string(what), ErrorKind::usage);
  };
  if (request.hand_out() && !(request.certificate().empty() && request.replace().empty())) {
    return refused("what is handed out has no name in the store and replaces nothing there");
  }
  if (!request.certificate().empty() && !request.replace().empty()) {
    return refused("a certificate that replaces another one keeps its name");
  }
  if (certificates > 1 && !(request.certificate().empty() && request.replace().empty())) {
    return refused("one certificate can have that name, not several: leave it out with --each");
  }
  return Ok{};
}

void add_notes(const api::IssueRequest& request, api::IssueResponse& response) {
  if (request.key_type() == "ed25519" && request.role() != certs::role_text(certs::Role::client)) {
    response.add_notes(
        "Browsers take no certificate with an Ed25519 key: it is for clients of your own.");
  }
}

// Says what came of several before one could not be issued.
Error after(Error error, const api::IssueResponse& response) {
  if (response.certificates().empty()) return error;
  std::string before;
  for (const auto& one : response.certificates()) {
    before += fmt::format("{}{} ({})", before.empty() ? "" : ", ", one.row().subject(),
                          one.row().serial());
  }
  error.what = fmt::format("{}; issued before that, and to be revoked if they are of no use: {}",
                           error.what, before);
  return error;
}

void add_planned(const certs::IssueRequest& wanted, api::IssueResponse& response) {
  auto& row = *response.add_certificates()->mutable_row();
  row.set_subject(wanted.common_name);
  for (const auto& name : wanted.names) row.add_names(name.text());
  row.set_role(std::string(role_text(wanted.purpose)));
}

// With its key, encrypted, where there is a passphrase.
void add_made(const certs::NewCertificate& made,
              const std::optional<crypto::Passphrase>& passphrase, api::IssuedCertificate& to) {
  if (made.record) to.mutable_row()->set_certificate(made.record->name.text());
  to.set_chain(made.identity.chain_pem());
  if (!passphrase) return;
  const Secret key = crypto::encrypted_key_pem(made.identity.key, *passphrase);
  to.set_key(std::string(as_text(key.view())));
}

// None where nothing is handed out.
Result<std::optional<crypto::Passphrase>> passphrase_of(const api::IssueRequest& request) {
  if (!request.hand_out()) return std::optional<crypto::Passphrase>();
  auto given = wanted_passphrase(request.passphrase());
  if (!given) return pass_on(given);
  return std::optional<crypto::Passphrase>(std::move(*given));
}

}  // namespace

LiveAuthorityDesk::Answer<certs::Destination> LiveAuthorityDesk::destination(
    const api::IssueRequest& request) const {
  if (request.hand_out()) co_return certs::HandOut{};
  certs::KeepHere here;
  if (!request.certificate().empty()) {
    auto name = certs::RecordName::parse(request.certificate());
    if (!name) co_return pass_on(name);
    here.name = std::move(*name);
  }
  if (request.replace().empty()) co_return here;
  auto selector = certs::Selector::parse(request.replace());
  if (!selector) co_return pass_on(selector);
  auto found = co_await parts_.certificates.find({.selector = std::move(*selector)}, deadline());
  if (!found) co_return pass_on(found);
  here.replace = found->candidates.front().record.id;
  co_return here;
}

LiveAuthorityDesk::Answer<api::IssueResponse> LiveAuthorityDesk::issue(api::IssueRequest request,
                                                                       Caller caller) {
  auto found = co_await authority(request.authority());
  if (!found) co_return pass_on(found);
  if (!request.request().empty()) {
    co_return co_await certify(std::move(*found), std::move(request), std::move(caller));
  }
  auto wanted = wanted_certificates(request);
  if (!wanted) co_return pass_on(wanted);
  if (auto fits = check_destination(request, wanted->size()); !fits) co_return pass_on(fits);
  for (const auto& one : *wanted) {
    if (auto may = parts_.authorities.check(*found, one); !may) co_return pass_on(may);
  }
  const auto passphrase = passphrase_of(request);
  api::wipe_secrets(request);
  if (!passphrase) co_return std::unexpected(passphrase.error());
  auto to = co_await destination(request);
  if (!to) co_return pass_on(to);

  api::IssueResponse response;
  add_notes(request, response);
  if (request.dry_run()) {
    for (const auto& one : *wanted) add_planned(one, response);
    co_return response;
  }
  auto undo = co_await undo_of(*to);
  if (!undo) co_return pass_on(undo);
  const auto told = cause(caller, request.why(), "ca issue");
  std::vector<certs::Record> arrived;
  for (auto& one : *wanted) {
    auto made =
        co_await parts_.authorities.issue(found->name, std::move(one), *to, told, deadline());
    if (!made) co_return std::unexpected(after(std::move(made.error()), response));
    add(made->issued, *found, now(), *response.add_certificates()->mutable_row());
    add_made(*made, *passphrase, *response.mutable_certificates()->rbegin());
    if (made->record && undo->replace.empty()) undo->remove.push_back(made->record->id);
    if (made->record) arrived.push_back(*made->record);
    parts_.events.info("A CA has issued a certificate.", {{"ca", found->name.text()},
                                                          {"subject", made->issued.subject},
                                                          {"serial", made->issued.serial},
                                                          {"who", told.who}});
  }
  if (!request.hand_out()) {
    auto served =
        co_await take_up(std::move(*undo), std::move(arrived), told, std::move(caller), response);
    if (!served) co_return std::unexpected(after(std::move(served.error()), response));
  }
  auto all = co_await issued(found->name);
  if (!all) co_return pass_on(all);
  response.set_anchors(anchors_pem(*found, *all, now()));
  co_return response;
}

// ------------------------------------------------------------------ what is served

// What brings the certificate back that is to be replaced.
LiveAuthorityDesk::Answer<certs::Together> LiveAuthorityDesk::undo_of(
    const certs::Destination& destination) const {
  certs::Together undo;
  const auto* here = std::get_if<certs::KeepHere>(&destination);
  if (here == nullptr || !here->replace) co_return undo;
  auto before = co_await parts_.certificates.identity(*here->replace, deadline());
  if (!before) co_return pass_on(before);
  undo.replace.push_back({*here->replace, std::move(*before)});
  co_return undo;
}

LiveAuthorityDesk::Answer<Ok> LiveAuthorityDesk::take_up(certs::Together undo,
                                                         std::vector<certs::Record> arrived,
                                                         certs::Cause cause, Caller caller,
                                                         api::IssueResponse& response) {
  if (!parts_.take_up) co_return Ok{};
  auto change = co_await parts_.take_up(cause.why, std::move(caller), std::move(arrived));
  if (change) *response.mutable_change() = *change;
  if (change && !change->rolled_back()) co_return Ok{};
  auto undone = co_await parts_.certificates.change(std::move(undo), std::move(cause), deadline());
  if (!undone) co_return pass_on(undone);
  for (auto& one : *response.mutable_certificates()) one.mutable_row()->clear_certificate();
  if (!change) co_return pass_on(change);
  response.add_notes(
      "Clients would have refused what is served then, so the store is as it was before. What was "
      "issued is of no use: gatehouse ca revoke takes it back.");
  co_return Ok{};
}

}  // namespace gatehouse::control
