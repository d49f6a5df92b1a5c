#include <fmt/format.h>

#include "certs/authority/authority_keys.h"
#include "certs/authority/authority_parts.h"
#include "certs/authority/authority_store.h"
#include "certs/authority/issuing.h"

// How an authority issues a certificate.
namespace gatehouse::certs {
namespace {

using crypto::Purpose;

std::unexpected<Error> ended(const Authority& authority, const AuthorityIssuer& issuer) {
  return fail(
      Fault::operator_input,
      fmt::format("the {0} of the CA {1} has ended: gatehouse ca rotate {1} --issuers makes "
                  "the next one",
                  issuer.text(), authority.name.text()));
}

// A common name with dots reads as a name of DNS, and verifiers hold it against the constraints
// where a certificate has no other name.
std::optional<NamePattern> name_in(std::string_view common_name) {
  if (common_name.find('.') == std::string_view::npos) return std::nullopt;
  auto name = NamePattern::parse(common_name);
  if (!name) return std::nullopt;
  return *name;
}

Result<Ok> check_names(const Authority& authority, const IssueRequest& request) {
  auto names = request.names;
  if (auto name = name_in(request.common_name)) names.push_back(std::move(*name));
  return check_permitted(authority.constraints(), names,
                         fmt::format("the CA {}", authority.name.text()));
}

// The record that the destination asks for, if any; its id.
std::optional<RecordId> keep(const Destination& destination, const crypto::Identity& identity,
                             Together& rest) {
  const auto* here = std::get_if<KeepHere>(&destination);
  if (here == nullptr) return std::nullopt;
  if (here->replace) {
    rest.replace.push_back({*here->replace, identity});
    return here->replace;
  }
  const RecordId id = RecordId::random();
  rest.add.push_back({id,
                      {.content = identity,
                       .name = here->name,
                       .origin = Origin::local_ca,
                       .shelf = Shelf::identities}});
  return id;
}

}  // namespace

IssuedCertificate issued_entry(const crypto::Certificate& leaf, const AuthorityIssuer& issuer,
                               const Cause& cause) {
  return {.serial = leaf.serial(),
          .issuer = issuer.key,
          .purpose = issuer.purpose,
          .subject = leaf.common_name(),
          .names = leaf.names().texts(),
          .not_before = leaf.not_before(),
          .not_after = leaf.not_after(),
          .sha256 = leaf.sha256(),
          .cause = cause};
}

Result<Ok> AuthorityStore::check(const Authority& authority, const IssueRequest& request) const {
  if (request.purpose == Purpose::server && request.names.empty()) {
    return fail(Fault::operator_input, "a certificate for servers needs a name or an address",
                ErrorKind::usage);
  }
  const AuthorityIssuer* issuer = authority.active_issuer(request.purpose);
  if (issuer == nullptr) return fail(Fault::ours, "an authority has no issuer");
  if (!issuer->certificate.valid_at(now())) return ended(authority, *issuer);
  return check_names(authority, request);
}

io::Task<Result<crypto::Identity>> AuthorityStore::key_of(const Authority& authority,
                                                          const AuthorityIssuer& issuer,
                                                          io::Deadline deadline) const {
  auto identity = co_await certificates_.identity(issuer.key, deadline);
  if (identity && identity->leaf() == issuer.certificate) co_return identity;
  if (!identity && identity.error().kind != ErrorKind::not_found) co_return identity;
  co_return fail(
      Fault::operator_input,
      fmt::format("the key of the {0} of the CA {1} is not in the store any more: gatehouse "
                  "ca rotate {1} --issuers makes the next one",
                  issuer.text(), authority.name.text()),
      ErrorKind::not_found);
}

io::Task<Result<crypto::Identity>> AuthorityStore::sign(const Authority& authority,
                                                        const AuthorityIssuer& issuer,
                                                        IssueRequest request,
                                                        io::Deadline deadline) const {
  auto above = co_await key_of(authority, issuer, deadline);
  if (!above) co_return above;
  auto key = request.key ? Result<crypto::PrivateKey>(std::move(*request.key))
                         : co_await make_key_(request.key_type, deadline);
  if (!key) co_return pass_on(key);
  auto leaf = issue_leaf(*above, leaf_spec(authority, std::move(request)), *key, now());
  if (!leaf) co_return pass_on(leaf);
  co_return crypto::Identity{{std::move(*leaf), issuer.certificate}, std::move(*key)};
}

io::Task<Result<NewCertificate>> AuthorityStore::issue(AuthorityName name, IssueRequest request,
                                                       Destination destination, Cause cause,
                                                       io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return pass_on(authority);
  if (auto may = check(*authority, request); !may) co_return pass_on(may);
  const AuthorityIssuer issuer = *authority->active_issuer(request.purpose);
  auto identity = co_await sign(*authority, issuer, std::move(request), deadline);
  if (!identity) co_return pass_on(identity);

  Together rest;
  auto entry = issued_entry(identity->leaf(), issuer, cause);
  entry.record = keep(destination, *identity, rest);
  if (!entry.record) entry.certificate = identity->leaf();
  remember(*authority, entry, rest);
  for (const auto& replaced : rest.replace) {
    auto kept = co_await certificates_.reader().get(replaced.id, deadline);
    if (!kept) co_return pass_on(kept);
    auto gone = co_await let_go(name, std::move(*kept), rest, deadline);
    if (!gone) co_return pass_on(gone);
  }
  auto records = co_await certificates_.change(std::move(rest), std::move(cause), deadline);
  if (!records) co_return pass_on(records);
  std::optional<Record> record;
  if (!records->empty()) record = std::move(records->front());
  co_return NewCertificate{std::move(*identity), std::move(entry), std::move(record)};
}

}  // namespace gatehouse::certs
