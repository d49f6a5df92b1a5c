#include <algorithm>

#include <fmt/format.h>

#include "certs/authority/authority_keys.h"
#include "certs/authority/authority_store.h"

// How an authority takes back what it has issued, and tells verifiers of it.
namespace gatehouse::certs {
namespace {

constexpr int kMostTries = 8;
// Fewer digits are more likely a mistake than a serial number.
constexpr std::size_t kFewestDigits = 8;

// A serial number or a thumbprint, or its beginning, as people copy it; nothing if it cannot be
// one.
std::optional<std::string> serial_in(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ' ' || c == ':' || c == '-') continue;
    digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const bool hexadecimal = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hexadecimal || digits.size() < kFewestDigits) return std::nullopt;
  return digits;
}

bool is_for(const IssuedCertificate& issued, std::string_view text) {
  return issued.subject == text || std::ranges::find(issued.names, text) != issued.names.end();
}

std::unexpected<Error> overtaken() {
  return fail_for_now(Fault::machine,
                      "somebody else changed the same all the time: nothing was changed, try again",
                      ErrorKind::conflict);
}

std::unexpected<Error> several_issued(const std::vector<KeptIssued>& all, std::string_view text) {
  std::string serials;
  for (const auto& one : all) serials += (serials.empty() ? "" : ", ") + one.issued.serial;
  return fail(Fault::operator_input,
              fmt::format("{} certificates are \"{}\": say which one by its serial number: {}",
                          all.size(), text, serials),
              ErrorKind::conflict);
}

// An entry, or what an absent one counts as, and the condition that it stays so.
struct Found {
  KeptRevocationList list;
  kv::Condition unchanged;
};

io::Task<Result<Found>> kept_list(kv::Store& store, std::string key, io::Deadline deadline) {
  auto entry = co_await store.get(key, deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return Found{{}, kv::Condition::absent(key)};
  auto list = decode_revocation_list((*entry)->value);
  if (!list) co_return damaged_entry(key);
  co_return Found{std::move(*list), kv::Condition::at(key, (*entry)->revision)};
}

// Those that a verifier may still ask for: a certificate that has ended stays for one more list, as
// RFC 5280 section 3.3 wants.
bool listed(const IssuedCertificate& issued, const AuthorityIssuer& issuer, WallTime now) {
  return issued.revocation && issued.issuer == issuer.key &&
         now < issued.not_after + kRevocationListLife;
}

// What the list behind `kept` says.
crypto::RevocationListSpec next_list(const KeptRevocationList& kept, const AuthorityIssuer& issuer,
                                     const std::vector<KeptIssued>& all, WallTime now) {
  crypto::RevocationListSpec spec{.number = kept.number + 1,
                                  .this_update = now,
                                  .next_update = now + kRevocationListLife,
                                  .revoked = {}};
  for (const auto& one : all) {
    if (!listed(one.issued, issuer, now)) continue;
    spec.revoked.push_back(
        {one.issued.serial, one.issued.revocation->when, one.issued.revocation->reason});
  }
  return spec;
}

}  // namespace

io::Task<Result<KeptIssued>> AuthorityStore::find_issued(AuthorityName name, std::string text,
                                                         std::optional<RecordId> record,
                                                         io::Deadline deadline) const {
  auto all = co_await reader_.issued(name, deadline);
  if (!all) co_return pass_on(all);
  const auto serial = serial_in(text);
  std::vector<KeptIssued> found;
  for (auto& one : *all) {
    const IssuedCertificate& issued = one.issued;
    const bool meant = (record && issued.record == record) || is_for(issued, text);
    const bool numbered = serial && (issued.serial.starts_with(*serial) ||
                                     crypto::hex(issued.sha256).starts_with(*serial));
    if (numbered || (meant && !issued.revocation)) found.push_back(std::move(one));
  }
  if (found.empty()) co_return none_issued(name, text);
  if (found.size() > 1) co_return several_issued(found, text);
  co_return std::move(found.front());
}

io::Task<Result<IssuedCertificate>> AuthorityStore::revoke(AuthorityName name, std::string serial,
                                                           crypto::RevocationReason reason,
                                                           Cause cause, io::Deadline deadline) {
  if (auto told = certs::check(cause); !told) co_return pass_on(told);
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto found = co_await reader_.issued_as(name, serial, deadline);
    if (!found) co_return pass_on(found);
    IssuedCertificate issued = std::move(found->issued);
    if (issued.revocation) {
      co_return fail(Fault::operator_input,
                     fmt::format("the certificate {} is revoked already", issued.serial),
                     ErrorKind::conflict);
    }
    const std::string list_key = keys::revocations(name, issued.issuer);
    auto list = co_await kept_list(store_, list_key, deadline);
    if (!list) co_return pass_on(list);
    list->list.der.clear();
    issued.revocation = Revocation{now(), reason, cause};
    const std::string key = keys::issued(name, issued.serial);
    auto outcome =
        co_await store_.commit({{kv::Condition::at(key, found->revision), list->unchanged},
                                {kv::Put{key, encode_issued(issued)},
                                 kv::Put{list_key, encode_revocation_list(list->list)}}},
                               deadline);
    if (!outcome) co_return pass_on(outcome);
    if (std::holds_alternative<kv::Committed>(*outcome)) co_return issued;
  }
  co_return overtaken();
}

io::Task<Result<std::vector<KeptRevocationList>>> AuthorityStore::revocation_lists(
    AuthorityName name, io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return pass_on(authority);
  std::vector<KeptRevocationList> lists;
  for (const auto& issuer : authority->issuers) {
    if (!issuer.certificate.valid_at(now())) continue;
    auto list = co_await revocation_list(*authority, issuer, deadline);
    if (!list) co_return pass_on(list);
    lists.push_back(std::move(*list));
  }
  co_return lists;
}

io::Task<Result<KeptRevocationList>> AuthorityStore::revocation_list(const Authority& authority,
                                                                     const AuthorityIssuer& issuer,
                                                                     io::Deadline deadline) {
  const std::string key = keys::revocations(authority.name, issuer.key);
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto kept = co_await kept_list(store_, key, deadline);
    if (!kept) co_return pass_on(kept);
    if (kept->list.current(now())) co_return std::move(kept->list);
    auto above = co_await key_of(authority, issuer, deadline);
    if (!above) co_return pass_on(above);
    auto all = co_await reader_.issued(authority.name, deadline);
    if (!all) co_return pass_on(all);
    const auto spec = next_list(kept->list, issuer, *all, now());
    auto der = crypto::write_revocation_list(spec, issuer.certificate, above->key);
    if (!der) co_return pass_on(der);
    KeptRevocationList next{issuer.text(),
                            spec.number,
                            spec.this_update,
                            spec.next_update,
                            static_cast<std::uint32_t>(spec.revoked.size()),
                            std::move(*der)};
    auto outcome = co_await store_.commit(
        {{kept->unchanged}, {kv::Put{key, encode_revocation_list(next)}}}, deadline);
    if (!outcome) co_return pass_on(outcome);
    if (std::holds_alternative<kv::Committed>(*outcome)) co_return next;
  }
  co_return overtaken();
}

}  // namespace gatehouse::certs
