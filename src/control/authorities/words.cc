#include "control/authorities/words.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/time_text.h"
#include "certs/renewal/due.h"
#include "crypto/pem.h"
#include "crypto/revocation_list.h"
#include "crypto/strength.h"

namespace gatehouse::control {
namespace {

using certs::Authority;
using certs::AuthorityIssuer;
using certs::AuthorityRoot;
using certs::RootState;

const AuthorityIssuer* issuer_of(const certs::IssuedCertificate& issued, const Authority& by) {
  const auto found = std::ranges::find(by.issuers, issued.issuer, &AuthorityIssuer::key);
  return found == by.issuers.end() ? nullptr : &*found;
}

// Certificates below this root that clients still have to accept.
std::size_t living_below(const AuthorityRoot& root, const Authority& authority,
                         const Issued& issued, WallTime now) {
  return static_cast<std::size_t>(std::ranges::count_if(issued, [&](const certs::KeptIssued& one) {
    const auto* issuer = issuer_of(one.issued, authority);
    return issuer != nullptr && issuer->root == root.number && now <= one.issued.not_after &&
           !one.issued.revocation;
  }));
}

bool is_shared(const AuthorityRoot& root, const Authority& authority, const Issued& issued,
               WallTime now) {
  return root.state != RootState::retired || living_below(root, authority, issued, now) > 0;
}

std::string_view state_of(const certs::IssuedCertificate& issued, WallTime now) {
  if (issued.revocation) return "revoked";
  return issued.not_after < now ? "expired" : "valid";
}

void add(const AuthorityIssuer& issuer, api::AuthorityIssuer& to) {
  to.set_name(issuer.text());
  to.set_root(issuer.root);
  to.set_role(std::string(role_text(issuer.purpose)));
  to.set_active(issuer.active);
  to.set_subject(issuer.certificate.subject());
  to.set_not_before(timestamp_text(issuer.certificate.not_before()));
  to.set_not_after(timestamp_text(issuer.certificate.not_after()));
  to.set_sha256(crypto::hex(issuer.certificate.sha256()));
  to.set_pem(issuer.certificate.to_pem());
}

std::string certificates_text(std::size_t count) {
  return count == 1 ? "1 certificate" : fmt::format("{} certificates", count);
}

void note_next_root(const Authority& authority, std::vector<std::string>& notes) {
  const auto next = std::ranges::find(authority.roots, RootState::next, &AuthorityRoot::state);
  if (next == authority.roots.end()) return;
  notes.push_back(fmt::format(
      "Root {0} signs nothing yet. Let devices trust it beside the others (gatehouse trust export "
      "--ca {1} --for TARGET, or gatehouse trust page --ca {1}), and when all do: gatehouse ca "
      "rotate {1} --trusted",
      next->number, authority.name.text()));
}

void note_short_issuers(const Authority& authority, WallTime now, std::vector<std::string>& notes) {
  for (const auto& issuer : authority.issuers) {
    const WallTime end = issuer.certificate.not_after();
    if (!issuer.active || now + authority.lives.leaf <= end) continue;
    const bool with_root = end == authority.active_root().certificate.not_after();
    notes.push_back(fmt::format(
        "The {0} ends on {1}, before what it would issue: gatehouse ca rotate {2}{3}",
        issuer.text(), date_text(end), authority.name.text(), with_root ? "" : " --issuers"));
  }
}

}  // namespace

std::string_view role_text(crypto::Purpose purpose) {
  return certs::role_text(purpose == crypto::Purpose::server ? certs::Role::server
                                                             : certs::Role::client);
}

void add(const AuthorityRoot& root, api::AuthorityRoot& to) {
  to.set_number(root.number);
  to.set_state(std::string(certs::root_state_text(root.state)));
  to.set_subject(root.certificate.subject());
  to.set_not_before(timestamp_text(root.certificate.not_before()));
  to.set_not_after(timestamp_text(root.certificate.not_after()));
  to.set_sha256(crypto::hex(root.certificate.sha256()));
  to.set_key_type(crypto::key_strength(root.certificate).text);
  to.set_key_is_here(root.key.has_value());
  to.set_pem(root.certificate.to_pem());
}

void add(const certs::KeptRevocationList& list, api::RevocationList& to) {
  to.set_issuer(list.issuer);
  to.set_number(list.number);
  to.set_this_update(timestamp_text(list.this_update));
  to.set_next_update(timestamp_text(list.next_update));
  to.set_revoked(list.revoked);
  to.set_pem(crypto::revocation_list_pem(list.der));
}

void add(const certs::IssuedCertificate& issued, const Authority& by, WallTime now,
         api::IssuedRow& to) {
  to.set_serial(issued.serial);
  to.set_subject(issued.subject);
  for (const auto& name : issued.names) to.add_names(name);
  to.set_role(std::string(role_text(issued.purpose)));
  if (const auto* issuer = issuer_of(issued, by)) to.set_issuer(issuer->text());
  to.set_not_before(timestamp_text(issued.not_before));
  to.set_not_after(timestamp_text(issued.not_after));
  to.set_sha256(crypto::hex(issued.sha256));
  to.set_state(std::string(state_of(issued, now)));
  if (issued.record && !issued.revocation) {
    to.set_renewal(timestamp_text(certs::renewal_time(issued.not_before, issued.not_after)));
  }
  to.set_who(issued.cause.who);
  to.set_why(issued.cause.why);
  if (!issued.revocation) return;
  to.set_revoked(timestamp_text(issued.revocation->when));
  to.set_reason(std::string(crypto::revocation_reason_text(issued.revocation->reason)));
  to.set_revoked_by(issued.revocation->cause.who);
}

void add(const Authority& authority, const Issued& issued, WallTime now, api::AuthorityRow& to) {
  to.set_name(authority.name.text());
  if (const auto constraints = authority.constraints()) to.set_permitted(constraints->text());
  for (const auto& root : authority.roots) add(root, *to.add_roots());
  for (const auto& issuer : authority.issuers) add(issuer, *to.add_issuers());
  to.set_created(timestamp_text(authority.created));
  to.set_leaf_days(static_cast<std::uint32_t>(authority.lives.leaf.count()));
  std::uint32_t living = 0;
  std::uint32_t revoked = 0;
  for (const auto& one : issued) {
    if (one.issued.not_after < now) continue;
    ++living;
    if (one.issued.revocation) ++revoked;
  }
  to.set_issued(living);
  to.set_revoked(revoked);
  for (auto& note : notes_on(authority, issued, now)) to.add_notes(std::move(note));
}

std::string anchors_pem(const Authority& authority, const Issued& issued, WallTime now) {
  std::string all;
  for (const auto& root : authority.roots) {
    if (is_shared(root, authority, issued, now)) all += root.certificate.to_pem();
  }
  return all;
}

certs::TrustedCa trusted_ca(const Authority& authority, const Issued& issued, WallTime now) {
  certs::TrustedCa ca{.name = authority.name.is_machine() ? "" : authority.name.text(),
                      .roots = {}};
  const auto add_all = [&](RootState state) {
    for (const auto& root : authority.roots) {
      if (root.state != state || !is_shared(root, authority, issued, now)) continue;
      ca.roots.push_back({root.certificate, certs::trust_role_of(certs::root_state_text(state))});
    }
  };
  for (const auto state : {RootState::active, RootState::next, RootState::retired}) add_all(state);
  return ca;
}

std::vector<std::string> notes_on(const Authority& authority, const Issued& issued, WallTime now) {
  std::vector<std::string> notes;
  if (!authority.constraints()) {
    notes.emplace_back(
        "It may certify every name of the world: whoever has its keys can speak for every server "
        "that its devices talk to.");
  }
  note_next_root(authority, notes);
  note_short_issuers(authority, now, notes);
  for (const auto& root : authority.roots) {
    if (root.state != RootState::retired) continue;
    const std::size_t below = living_below(root, authority, issued, now);
    if (below == 0) continue;
    notes.push_back(fmt::format(
        "{} below root {} {} not ended: it has to stay trusted until then, or until they are "
        "issued anew.",
        certificates_text(below), root.number, below == 1 ? "has" : "have"));
  }
  return notes;
}

}  // namespace gatehouse::control
