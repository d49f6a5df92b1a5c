#include "certs/authority/issuing.h"

#include "certs/authority/authority_keys.h"

namespace gatehouse::certs {

LeafSpec leaf_spec(const Authority& authority, IssueRequest request) {
  return {.common_name = std::move(request.common_name),
          .names = std::move(request.names),
          .purpose = request.purpose,
          .life = request.life.value_or(authority.lives.leaf)};
}

void remember(const Authority& authority, const IssuedCertificate& entry, Together& rest) {
  const std::string key = keys::issued(authority.name, entry.serial);
  rest.conditions.push_back(kv::Condition::at(keys::authority(authority.name), authority.revision));
  rest.conditions.push_back(kv::Condition::absent(key));
  rest.writes.emplace_back(kv::Put{key, encode_issued(entry)});
}

}  // namespace gatehouse::certs
