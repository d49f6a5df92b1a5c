#include "certs/authority/issuing.h"

#include "certs/authority/authority_keys.h"

namespace gatehouse::certs {

LeafSpec leaf_spec(const Authority& authority, IssueRequest request) {
  return {.common_name = std::move(request.common_name),
          .names = std::move(request.names),
          .purpose = request.purpose,
          .life = request.life.value_or(authority.lives.leaf)};
}

IssuedCertificate entry_of(const crypto::Certificate& leaf, const AuthorityIssuer& issuer,
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

void remember(const Authority& authority, const IssuedCertificate& entry, Together& rest) {
  const std::string key = keys::issued(authority.name, entry.serial);
  rest.conditions.push_back(kv::Condition::at(keys::authority(authority.name), authority.revision));
  rest.conditions.push_back(kv::Condition::absent(key));
  rest.writes.emplace_back(kv::Put{key, encode_issued(entry)});
}

}  // namespace gatehouse::certs
