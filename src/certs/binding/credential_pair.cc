#include "certs/binding/credential_pair.h"

#include <utility>

namespace gatehouse::certs {
namespace {

bool takes(const KeyWish& wish, crypto::KeyAlgorithm key) {
  return key == crypto::KeyAlgorithm::rsa ? wish.rsa : wish.ecdsa;
}

bool valid(const CredentialPair::One& one, std::uint32_t now) {
  return one.from <= now && now <= one.until;
}

}  // namespace

std::optional<std::shared_ptr<const CredentialPair>> CredentialPair::make(One one, One other) {
  const bool one_rsa = one.key == crypto::KeyAlgorithm::rsa;
  const bool other_rsa = other.key == crypto::KeyAlgorithm::rsa;
  if (one_rsa == other_rsa) return std::nullopt;
  if (one_rsa) std::swap(one, other);
  return std::shared_ptr<const CredentialPair>(
      new CredentialPair(std::move(one), std::move(other)));
}

const tls::CredentialPtr& CredentialPair::best(KeyWish wish, std::uint32_t now) const {
  const bool takes_better = takes(wish, better_.key);
  const bool takes_other = takes(wish, other_.key);
  if (takes_better != takes_other) return (takes_better ? better_ : other_).credential;
  const bool expired = !valid(better_, now) && valid(other_, now);
  return (takes_better && expired ? other_ : better_).credential;
}

}  // namespace gatehouse::certs
