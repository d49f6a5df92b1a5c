#include "certs/binding/binding_table.h"

namespace gatehouse::certs {

tls::CredentialPtr make_credential(const crypto::Identity& identity) {
  return std::make_shared<const tls::Credential>(identity.chain, identity.key);
}

tls::Selection BindingSelector::select(const tls::ClientHello& hello) {
  const Bound* bound = table_->find(hello.server_name);
  if (bound == nullptr) return tls::UnknownName{};
  const bool named = hello.server_name && bound->standard;
  if (!named || !store_.any()) return answer(hello, *bound);
  return automatic(hello, *hello.server_name, *bound);
}

tls::Answer BindingSelector::answer(const tls::ClientHello& hello, const Bound& bound) const {
  if (!bound.pair) return bound.answer;
  tls::Answer chosen = bound.answer;
  chosen.credential = bound.pair->best({.ecdsa = hello.takes_ecdsa, .rsa = hello.takes_rsa},
                                       second_of(store_.clock->wall()));
  return chosen;
}

// An expired certificate gives way to the standard one only where that is for the name; one that
// cannot be read also does, and is no reason to show a client the certificate of something else.
tls::Selection BindingSelector::automatic(const tls::ClientHello& hello, const ServerName& name,
                                          const Bound& bound) {
  using State = CredentialCache::State;
  const std::uint32_t now = second_of(store_.clock->wall());
  CredentialCache& cache = *store_.cache;
  bool failed = false;
  const auto cannot = [&](const NameCandidate& candidate) {
    const State state = cache.state(candidate, name);
    failed = failed || state == State::failed;
    return state == State::failed || state == State::other_name;
  };
  const KeyWish wish{.ecdsa = hello.takes_ecdsa, .rsa = hello.takes_rsa};
  const auto best = store_.index->best(name, wish, now, cannot);
  const bool worth = best && (best->valid_at(now) || !bound.standard->covers(name));
  if (!worth) {
    if (failed && !bound.standard->covers(name)) return tls::Unavailable{};
    return bound.answer;
  }
  if (cache.state(*best, name) == State::missing) return cache.load(*best);
  tls::Answer answer = bound.answer;
  answer.credential = cache.serve(*best);
  answer.stored = true;
  return answer;
}

}  // namespace gatehouse::certs
