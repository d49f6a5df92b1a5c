#include <algorithm>

#include "control/authorities/live_authority_desk.h"
#include "control/authorities/wishes.h"
#include "control/messages.h"
#include "crypto/pem.h"

// What the desk does with a certificate request, and with what it has handed out before.
namespace gatehouse::control {
namespace {

std::string chain_pem(const std::vector<crypto::Certificate>& chain) {
  std::string pem;
  for (const auto& certificate : chain) pem += certificate.to_pem();
  return pem;
}

void add_planned(const Certification& planned, api::IssuedRow& row) {
  row.set_subject(planned.wanted.common_name);
  for (const auto& name : planned.wanted.names) row.add_names(name.text());
  row.set_role(std::string(role_text(planned.wanted.purpose)));
}

}  // namespace

LiveAuthorityDesk::Answer<api::IssueResponse> LiveAuthorityDesk::certify(certs::Authority authority,
                                                                         api::IssueRequest request,
                                                                         Caller caller) {
  auto planned = wanted_certification(request);
  if (!planned) co_return pass_on(planned);
  if (auto may = parts_.authorities.check(authority, planned->wanted); !may) {
    co_return pass_on(may);
  }
  api::IssueResponse response;
  for (auto& note : planned->notes) response.add_notes(std::move(note));
  auto& one = *response.add_certificates();
  if (request.dry_run()) {
    add_planned(*planned, *one.mutable_row());
    co_return response;
  }
  const auto told = cause(caller, request.why(), "ca issue --request");
  auto made = co_await parts_.authorities.certify(authority.name, std::move(planned->wanted),
                                                  std::move(planned->request), told, deadline());
  if (!made) co_return pass_on(made);
  add(made->issued, authority, now(), *one.mutable_row());
  one.set_chain(chain_pem(made->chain));
  parts_.events.info("A CA has signed a certificate request.", {{"ca", authority.name.text()},
                                                                {"subject", made->issued.subject},
                                                                {"serial", made->issued.serial},
                                                                {"who", told.who}});
  auto all = co_await issued(authority.name);
  if (!all) co_return pass_on(all);
  response.set_anchors(anchors_pem(authority, *all, now()));
  co_return response;
}

LiveAuthorityDesk::Answer<std::optional<certs::RecordId>> LiveAuthorityDesk::record_called(
    std::string text) const {
  auto selector = certs::Selector::parse(text);
  if (!selector) co_return std::nullopt;
  auto choice = co_await parts_.certificates.find({.selector = std::move(*selector)}, deadline());
  if (!choice) co_return std::nullopt;
  co_return choice->candidates.front().record.id;
}

LiveAuthorityDesk::Answer<certs::KeptIssued> LiveAuthorityDesk::issued_called(
    certs::AuthorityName name, std::string text) const {
  auto record = co_await record_called(text);
  if (!record) co_return pass_on(record);
  co_return co_await parts_.authorities.find_issued(std::move(name), std::move(text), *record,
                                                    deadline());
}

// The certificate itself: from the store, or from what the CA keeps of it.
LiveAuthorityDesk::Answer<Ok> LiveAuthorityDesk::add_chain(const certs::Authority& authority,
                                                           certs::IssuedCertificate issued,
                                                           api::GetAuthorityResponse& to) const {
  if (issued.certificate) {
    std::string chain = issued.certificate->to_pem();
    const auto issuer =
        std::ranges::find(authority.issuers, issued.issuer, &certs::AuthorityIssuer::key);
    if (issuer != authority.issuers.end()) chain += issuer->certificate.to_pem();
    to.set_chain(std::move(chain));
    co_return Ok{};
  }
  auto id = co_await parts_.authorities.kept_in(issued.sha256, deadline());
  if (!id) co_return pass_on(id);
  if (!*id) {
    co_return fail(Fault::operator_input,
                   "this certificate was handed out and not kept: its holder has it",
                   ErrorKind::not_found);
  }
  auto kept = co_await parts_.certificates.reader().get(**id, deadline());
  if (!kept) co_return pass_on(kept);
  to.set_chain(chain_pem(kept->record.chain));
  co_return Ok{};
}

}  // namespace gatehouse::control
