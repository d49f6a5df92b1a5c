#include "control/certificates/certificate_messages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/time_text.h"
#include "control/listing.h"
#include "crypto/strength.h"

namespace gatehouse::control {
namespace {

using certs::Record;

constexpr std::size_t kMostNames = 3;

std::string_view state_text(const crypto::Certificate& certificate, WallTime now) {
  return now < certificate.not_before() ? "not yet valid" : state_of(certificate, now);
}

std::unexpected<Error> unknown(std::string_view what, std::string_view said,
                               std::string_view known) {
  return fail(Fault::client,
              fmt::format("\"{}\" is no {}. There are: {}.", printable(said), what, known),
              ErrorKind::usage);
}

}  // namespace

api::StoredCertificate message(const Record& record, WallTime now,
                               const std::vector<std::string>& users) {
  api::StoredCertificate to;
  to.set_id(record.id.text());
  to.set_shelf(std::string(certs::shelf_text(record.shelf)));
  to.set_name(record.name.text());
  to.set_owner(record.owner.text());
  to.set_origin(std::string(certs::origin_text(record.origin)));
  to.set_created(timestamp_text(record.created));
  if (record.last_served) to.set_last_served(timestamp_text(*record.last_served));
  for (const std::string& name : record.names) to.add_names(name);
  to.set_subject(record.subject);
  to.set_issuer(record.issuer);
  to.set_not_before(timestamp_text(record.not_before));
  to.set_not_after(timestamp_text(record.not_after));
  to.set_sha1(crypto::hex(record.sha1));
  to.set_sha256(crypto::hex(record.sha256));
  to.set_key_type(record.key_type);
  for (const certs::Role role : {certs::Role::server, certs::Role::client}) {
    if (record.has(role)) to.add_roles(std::string(certs::role_text(role)));
  }
  to.set_authority(record.authority);
  to.set_state(std::string(state_text(record.leaf(), now)));
  to.set_percent_of_life(percent_of_life(record.leaf(), now));
  for (const std::string& user : users) to.add_used_by(user);
  to.set_version(record.version);
  return to;
}

api::PendingRequest message(const certs::PendingRequest& pending) {
  api::PendingRequest to;
  to.set_id(pending.id.text());
  to.set_name(pending.name.text());
  to.set_owner(pending.owner.text());
  to.set_created(timestamp_text(pending.created));
  for (const std::string& name : pending.request.names().texts()) to.add_names(name);
  to.set_subject(pending.request.subject());
  to.set_key_type(pending.request.key_text());
  to.set_who(pending.cause.who);
  return to;
}

api::CertificateHistoryEntry message(const certs::HistoryEntry& entry, WallTime now) {
  api::CertificateHistoryEntry to;
  to.set_event(std::string(certs::event_text(entry.event)));
  to.set_when(timestamp_text(entry.when));
  to.set_who(entry.cause.who);
  to.set_why(entry.cause.why);
  if (entry.before) *to.mutable_before() = message(*entry.before, now, {});
  return to;
}

api::FoundItem found_item(std::string_view kind, const crypto::Certificate& certificate) {
  api::FoundItem item;
  item.set_kind(std::string(kind));
  item.set_subject(certificate.subject());
  for (const std::string& name : certificate.names().texts()) item.add_names(name);
  item.set_issuer(certificate.issuer());
  item.set_not_before(timestamp_text(certificate.not_before()));
  item.set_not_after(timestamp_text(certificate.not_after()));
  item.set_sha1(crypto::hex(certificate.sha1()));
  item.set_sha256(crypto::hex(certificate.sha256()));
  item.set_key_type(crypto::key_strength(certificate).text);
  return item;
}

std::string_view refusal_text(crypto::Refusal::Kind kind) {
  using Kind = crypto::Refusal::Kind;
  switch (kind) {
    case Kind::not_a_pair: return "not_a_pair";
    case Kind::weak_key: return "weak_key";
    case Kind::expired: return "expired";
    case Kind::not_yet_valid: return "not_yet_valid";
    case Kind::weak_signature: return "weak_signature";
    case Kind::no_names: return "no_names";
    case Kind::wrong_role: return "wrong_role";
    case Kind::ca_as_leaf: return "ca_as_leaf";
  }
  return "";
}

std::string names_text(const Record& record) {
  if (record.names.empty()) return record.subject;
  if (record.names.size() <= kMostNames) return fmt::format("{}", fmt::join(record.names, ", "));
  const auto end = record.names.begin() + kMostNames;
  return fmt::format("{} and {} more", fmt::join(record.names.begin(), end, ", "),
                     record.names.size() - kMostNames);
}

std::string sentence_of(const Record& record) {
  return fmt::format("\"{}\" ({}, {}, until {})", record.name.text(), names_text(record),
                     record.key_type, date_text(record.not_after));
}

void add_step(api::ChangeResponse& change, std::string text, bool dry_run) {
  api::Step& step = *change.add_plan();
  step.set_text(std::move(text));
  step.set_state(dry_run ? "planned" : "done");
}

Result<std::optional<certs::Role>> role_of(std::string_view text) {
  if (text.empty()) return std::optional<certs::Role>();
  for (const certs::Role role : {certs::Role::server, certs::Role::client}) {
    if (text == certs::role_text(role)) return std::optional(role);
  }
  return unknown("role of a certificate", text, "serverAuth, clientAuth");
}

Result<std::optional<certs::Shelf>> shelf_named(std::string_view text) {
  if (text.empty()) return std::optional<certs::Shelf>();
  if (const auto shelf = certs::shelf_of(text)) return shelf;
  return unknown("shelf", text, "identities, anchors, intermediates");
}

Result<certs::Owner> owner_named(std::string_view text) {
  return text.empty() ? certs::Owner::machine() : certs::Owner::parse(text);
}

certs::Cause cause_of(std::string who, std::string_view why, std::string_view otherwise) {
  return {std::move(who), std::string(why.empty() ? otherwise : why)};
}

}  // namespace gatehouse::control
