#include <fmt/format.h>

#include "control/authorities/live_authority_desk.h"
#include "control/authorities/wishes.h"
#include "control/messages.h"

// What the desk does about certificates that were revoked.
namespace gatehouse::control {

LiveAuthorityDesk::Answer<api::RevokeResponse> LiveAuthorityDesk::revoke(api::RevokeRequest request,
                                                                         Caller caller) {
  auto found = co_await authority(request.authority());
  if (!found) co_return pass_on(found);
  const auto reason = wanted_reason(request.reason());
  if (!reason) co_return std::unexpected(reason.error());
  if (request.certificate().empty()) {
    co_return fail(Fault::operator_input, "say which certificate is to be revoked",
                   ErrorKind::usage);
  }
  auto meant = co_await issued_called(found->name, request.certificate());
  if (!meant) co_return pass_on(meant);

  api::RevokeResponse response;
  auto issued = std::move(meant->issued);
  if (!request.dry_run()) {
    auto revoked = co_await parts_.authorities.revoke(
        found->name, issued.serial, *reason, cause(caller, request.why(), "ca revoke"), deadline());
    if (!revoked) co_return pass_on(revoked);
    issued = std::move(*revoked);
    parts_.events.info("A certificate was revoked.", {{"ca", found->name.text()},
                                                      {"subject", issued.subject},
                                                      {"serial", issued.serial},
                                                      {"who", who(caller)}});
    // The default identity is made anew when it is the one.
    auto note = co_await follow_machine(found->name, "revoked", caller);
    if (note) response.add_notes(*note);
  }
  add(issued, *found, now(), *response.mutable_certificate());
  response.add_notes(fmt::format(
      "Who verifies learns of it by the list alone: put the new one where they read it, gatehouse "
      "ca crl {}",
      found->name.text()));
  auto record = co_await parts_.authorities.kept_in(issued.sha256, deadline());
  if (!record) co_return pass_on(record);
  if (*record) {
    response.add_notes(
        "It is in the store here still: issue another one in its place, or remove it.");
  }
  co_return response;
}

LiveAuthorityDesk::Answer<api::CrlResponse> LiveAuthorityDesk::crl(api::CrlRequest request,
                                                                   Caller /*caller*/) {
  auto name = certs::AuthorityName::parse(request.authority());
  if (!name) co_return pass_on(name);
  auto lists = co_await parts_.authorities.revocation_lists(std::move(*name), deadline());
  if (!lists) co_return pass_on(lists);
  api::CrlResponse response;
  for (const auto& list : *lists) add(list, *response.add_lists());
  co_return response;
}

}  // namespace gatehouse::control
