#include "control/certificates/making.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "control/certificates/certificate_messages.h"
#include "control/certificates/finding.h"
#include "control/certificates/live_certificate_desk.h"
#include "control/messages.h"
#include "crypto/exchange/refusal.h"

// What the desk makes: self-signed certificates, and requests for others.
namespace gatehouse::control {
namespace {

using certs::Record;

constexpr std::string_view kSelfSigned =
    "Clients refuse a self-signed certificate until they are told to trust it: gatehouse cert "
    "export NAME --out NAME.crt gives the file for that.";

Record future_record(const NewIdentity& made, const certs::RecordName& name, WallTime now) {
  return {{certs::RecordId{}, certs::Shelf::identities, name, made.owner,
           certs::Origin::self_signed, now},
          made.identity.chain};
}

}  // namespace

CertificateDesk::Answer<api::CreateCertificateResponse> LiveCertificateDesk::create(
    api::CreateCertificateRequest request, Caller caller) {
  auto made = co_await parts_.helper.run(
      parts_.reactor, [request, when = now()] { return make_self_signed(request, when); },
      takes_long());
  if (!made) co_return pass_on(made);
  auto turn = co_await turn_.take(soon());
  if (!turn) co_return pass_on(turn);

  std::optional<Record> replaced;
  if (request.has_replace()) {
    auto found = co_await find_one(parts_.store, request.replace(), soon());
    if (!found) co_return pass_on(found);
    replaced = found->record();
  }
  const certs::RecordName name = replaced     ? replaced->name
                                 : made->name ? *made->name
                                              : certs::made_name(made->identity.leaf());
  const Record coming = future_record(*made, name, now());
  if (replaced) {
    if (auto users = check_users(*replaced, coming); !users) co_return pass_on(users);
  }
  api::CreateCertificateResponse response;
  for (const std::string& note : crypto::notes(made->identity)) response.add_notes(note + ".");
  response.add_notes(std::string(kSelfSigned));
  api::ChangeResponse& change = *response.mutable_change();
  add_step(change,
           fmt::format("{} {}", sentence_of(coming),
                       replaced ? "takes the place of the certificate that had this name"
                                : "is made and stored on the shelf identities"),
           request.dry_run());
  if (request.dry_run()) {
    add_consequences(coming, change);
    *response.mutable_certificate() = message(coming);
    response.mutable_certificate()->clear_id();
    co_return response;
  }
  StoreEdit edit(parts_.store, cause_of(who(caller), request.why(), "created, self-signed"),
                 soon());
  auto stored = replaced ? co_await edit.replace(replaced->id, std::move(made->identity))
                         : co_await edit.add({.content = std::move(made->identity),
                                              .name = made->name,
                                              .owner = made->owner,
                                              .origin = certs::Origin::self_signed});
  if (!stored) co_return pass_on(stored);
  auto settled = co_await settle(edit, "a certificate was created", std::move(caller), change);
  if (!settled) co_return pass_on(settled);
  if (change.applied()) *response.mutable_certificate() = message(*stored);
  co_return response;
}

CertificateDesk::Answer<api::RequestCertificateResponse> LiveCertificateDesk::request(
    api::RequestCertificateRequest request, Caller caller) {
  auto made = co_await parts_.helper.run(
      parts_.reactor, [request] { return make_request(request); }, takes_long());
  if (!made) co_return pass_on(made);
  auto turn = co_await turn_.take(soon());
  if (!turn) co_return pass_on(turn);
  api::RequestCertificateResponse response;
  add_step(*response.mutable_change(),
           fmt::format("the request \"{}\" ({}, {}) waits for its certificate, with its key in the "
                       "store",
                       made->name.text(), made->request.subject(), made->request.key_text()),
           request.dry_run());
  if (request.dry_run()) co_return response;
  response.set_pem(made->request.to_pem());
  auto pending = co_await parts_.store.requests().put(
      std::move(*made), cause_of(who(caller), request.why(), "requested"), soon());
  if (!pending) co_return pass_on(pending);
  *response.mutable_request() = control::message(*pending);
  response.mutable_change()->set_applied(true);
  co_return response;
}

}  // namespace gatehouse::control
