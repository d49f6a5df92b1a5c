#include <array>

#include <fmt/format.h>

#include "certs/authority/authority_keys.h"
#include "certs/authority/authority_store.h"
#include "certs/authority/issuing.h"
#include "certs/store/store_keys.h"

// How what an authority has issued is renewed where it is kept.
namespace gatehouse::certs {
namespace {

using crypto::KeyType;

std::unexpected<Error> not_renewed(const IssuedCertificate& issued, std::string_view why) {
  return fail(Fault::operator_input,
              fmt::format("the certificate {} for {} is not renewed: {}", issued.serial,
                          issued.subject, why),
              ErrorKind::conflict);
}

// The same for the next key; the strongest of its kind where nobody here makes such a one.
KeyType key_type_like(const Record& record) {
  using Known = std::pair<std::string_view, KeyType>;
  constexpr std::array kKnown{
      Known{"ECDSA P-256", KeyType::p256}, Known{"ECDSA P-384", KeyType::p384},
      Known{"RSA 2048", KeyType::rsa2048}, Known{"RSA 3072", KeyType::rsa3072},
      Known{"RSA 4096", KeyType::rsa4096}, Known{"Ed25519", KeyType::ed25519}};
  const auto* found = std::ranges::find(kKnown, std::string_view(record.key_type), &Known::first);
  if (found != kKnown.end()) return found->second;
  return record.key_algorithm == crypto::KeyAlgorithm::rsa ? KeyType::rsa4096 : KeyType::p384;
}

std::vector<NamePattern> names_of(const crypto::Certificate& leaf) {
  std::vector<NamePattern> names;
  for (const std::string& text : leaf.names().texts()) {
    if (auto name = NamePattern::parse(text)) names.push_back(std::move(*name));
  }
  return names;
}

// None: its life was cut where its issuer's ends, so nobody knows what was wanted.
std::optional<std::chrono::seconds> life_of(const IssuedCertificate& issued,
                                            const Authority& authority) {
  const auto issuer = std::ranges::find(authority.issuers, issued.issuer, &AuthorityIssuer::key);
  if (issuer == authority.issuers.end() || issuer->certificate.not_after() == issued.not_after) {
    return std::nullopt;
  }
  const auto life = issued.not_after - issued.not_before - kBackdated;
  return std::chrono::duration_cast<std::chrono::seconds>(life);
}

}  // namespace

// A certificate that leaves its record is known from then on by what the authority keeps of it.
io::Task<Result<Ok>> AuthorityStore::let_go(AuthorityName name, KeptRecord kept, Together& rest,
                                            io::Deadline deadline) const {
  const std::string key = keys::issued(name, kept.record.leaf().serial());
  auto entry = co_await store_.get(key, deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return Ok{};
  auto issued = decode_issued((*entry)->value);
  if (!issued) co_return damaged_entry(key);
  if (issued->sha256 != kept.record.sha256) co_return Ok{};
  issued->record.reset();
  issued->certificate = kept.record.leaf();
  rest.conditions.push_back(kv::Condition::at(key, (*entry)->revision));
  rest.writes.emplace_back(kv::Put{key, encode_issued(*issued)});
  co_return Ok{};
}

io::Task<Result<std::optional<RecordId>>> AuthorityStore::kept_in(crypto::Sha256 sha256,
                                                                  io::Deadline deadline) const {
  auto found = co_await certificates_.reader().id_at(
      keys::by_sha256(sha256, Shelf::identities, Owner::machine()), deadline);
  if (!found) co_return pass_on(found);
  if (found->empty()) co_return std::nullopt;
  co_return found->front();
}

io::Task<Result<NewCertificate>> AuthorityStore::renew(AuthorityName name, std::string serial,
                                                       Cause cause, io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return pass_on(authority);
  auto before = co_await reader_.issued_as(name, std::move(serial), deadline);
  if (!before) co_return pass_on(before);
  if (before->issued.revocation) co_return not_renewed(before->issued, "it was revoked");
  auto id = co_await kept_in(before->issued.sha256, deadline);
  if (!id) co_return pass_on(id);
  if (!*id) co_return not_renewed(before->issued, "it is not in the store");
  auto kept = co_await certificates_.reader().get(**id, deadline);
  if (!kept) co_return pass_on(kept);

  const crypto::Certificate& leaf = kept->record.leaf();
  const AuthorityIssuer* issuer = authority->active_issuer(before->issued.purpose);
  IssueRequest wanted{.common_name = leaf.common_name(),
                      .names = names_of(leaf),
                      .purpose = before->issued.purpose,
                      .key_type = key_type_like(kept->record),
                      .life = life_of(before->issued, *authority)};
  if (auto may = check(*authority, wanted); !may) co_return pass_on(may);
  if (issuer->certificate.not_after() <= leaf.not_after()) {
    co_return not_renewed(before->issued, fmt::format("the {} ends no later", issuer->text()));
  }
  const AuthorityIssuer by = *issuer;
  auto identity = co_await sign(*authority, by, std::move(wanted), deadline);
  if (!identity) co_return pass_on(identity);

  Together rest;
  rest.conditions.push_back(kv::Condition::at(keys::record(**id), kept->revision));
  rest.replace.push_back({**id, *identity});
  auto entry = issued_entry(identity->leaf(), by, cause);
  entry.record = **id;
  remember(*authority, entry, rest);
  auto gone = co_await let_go(name, std::move(*kept), rest, deadline);
  if (!gone) co_return pass_on(gone);
  auto records = co_await certificates_.change(std::move(rest), std::move(cause), deadline);
  if (!records) co_return pass_on(records);
  co_return NewCertificate{std::move(*identity), std::move(entry), std::move(records->front())};
}

}  // namespace gatehouse::certs
