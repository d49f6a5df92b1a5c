#include "certs/authority/authority_store.h"
#include "certs/authority/issuing.h"

// How an authority certifies a key that somebody else has.
namespace gatehouse::certs {

io::Task<Result<CertifiedRequest>> AuthorityStore::certify(AuthorityName name, IssueRequest wanted,
                                                           crypto::CertificateRequest request,
                                                           Cause cause, io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return pass_on(authority);
  if (auto may = check(*authority, wanted); !may) co_return pass_on(may);
  const AuthorityIssuer issuer = *authority->active_issuer(wanted.purpose);
  auto above = co_await key_of(*authority, issuer, deadline);
  if (!above) co_return pass_on(above);
  auto leaf = issue_leaf(*above, leaf_spec(*authority, std::move(wanted)), request, now());
  if (!leaf) co_return pass_on(leaf);

  Together rest;
  auto entry = issued_entry(*leaf, issuer, cause);
  entry.certificate = *leaf;
  remember(*authority, entry, rest);
  auto kept = co_await certificates_.change(std::move(rest), std::move(cause), deadline);
  if (!kept) co_return pass_on(kept);
  co_return CertifiedRequest{{std::move(*leaf), issuer.certificate}, std::move(entry)};
}

}  // namespace gatehouse::certs
