#include "certs/authority/authority_store.h"

#include <fmt/format.h>

#include "certs/authority/authority_keys.h"
#include "certs/authority/authority_parts.h"

namespace gatehouse::certs {
namespace {

std::unexpected<Error> exists(const AuthorityName& name) {
  return fail(Fault::operator_input,
              fmt::format("there is a CA called \"{0}\" already: gatehouse ca show {0}; choose "
                          "another name for a new one",
                          name.text()),
              ErrorKind::conflict);
}

}  // namespace

WallTime AuthorityStore::now() const {
  return std::chrono::floor<std::chrono::seconds>(clock_.wall());
}

io::Task<Result<crypto::PrivateKey>> make_key_here(crypto::KeyType type,
                                                   io::Deadline /*deadline*/) {
  co_return crypto::PrivateKey::generate(type);
}

io::Task<Result<IssuerKeys>> AuthorityStore::issuer_keys(crypto::KeyType type,
                                                         io::Deadline deadline) const {
  auto server = co_await make_key_(type, deadline);
  if (!server) co_return pass_on(server);
  auto client = co_await make_key_(type, deadline);
  if (!client) co_return pass_on(client);
  co_return IssuerKeys{std::move(*server), std::move(*client)};
}

io::Task<Result<Authority>> AuthorityStore::init(NewAuthority wanted, Cause cause,
                                                 io::Deadline deadline) {
  auto taken = co_await store_.get(keys::authority(wanted.name), deadline);
  if (!taken) co_return pass_on(taken);
  if (*taken) co_return exists(wanted.name);
  auto root_key = co_await make_key_(wanted.key_type, deadline);
  if (!root_key) co_return pass_on(root_key);
  auto keys = co_await issuer_keys(wanted.key_type, deadline);
  if (!keys) co_return pass_on(keys);
  Authority authority{wanted.name, now(), wanted.key_type, wanted.lives};
  Together rest;
  auto root = add_root(authority, RootState::active,
                       {.common_name = root_common_name(wanted.name, 1, wanted.host, now()),
                        .constraints = wanted.constraints,
                        .key_type = wanted.key_type,
                        .life = wanted.lives.root,
                        .key = std::move(*root_key)},
                       now(), rest);
  if (!root) co_return pass_on(root);
  const AuthorityRoot active = authority.active_root();
  if (auto added = add_issuers(authority, active, *root, std::move(*keys), now(), rest); !added) {
    co_return pass_on(added);
  }
  co_return co_await saved(std::move(authority), std::move(rest), std::move(cause), deadline);
}

io::Task<Result<Authority>> AuthorityStore::saved(Authority authority, Together rest, Cause cause,
                                                  io::Deadline deadline) {
  const std::string key = keys::authority(authority.name);
  rest.conditions.push_back(authority.revision == 0 ? kv::Condition::absent(key)
                                                    : kv::Condition::at(key, authority.revision));
  rest.writes.emplace_back(kv::Put{key, encode_authority(authority)});
  auto done = co_await certificates_.change(std::move(rest), std::move(cause), deadline);
  if (!done) co_return pass_on(done);
  note_users(authority);
  co_return co_await reader_.get(authority.name, deadline);
}

// ------------------------------------------------------------------ who uses a record

void AuthorityStore::note_users(const Authority& authority) {
  const std::string text = fmt::format("the CA {}", authority.name.text());
  std::erase_if(users_, [&](const auto& user) { return user.second == text; });
  for (const auto& root : authority.roots) {
    users_.emplace(root.anchor, text);
    if (root.key) users_.emplace(*root.key, text);
  }
  for (const auto& issuer : authority.issuers) {
    users_.emplace(issuer.key, text);
    issuers_.insert_or_assign(issuer.certificate.sha256(), authority.name);
  }
}

std::optional<AuthorityName> AuthorityStore::authority_of(const crypto::Certificate& issuer) const {
  const auto found = issuers_.find(issuer.sha256());
  if (found == issuers_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> AuthorityStore::users(const RecordId& id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? std::vector<std::string>{} : std::vector{found->second};
}

io::Task<Result<Ok>> AuthorityStore::load_users(io::Deadline deadline) {
  auto all = co_await reader_.list(deadline);
  if (!all) co_return pass_on(all);
  for (const auto& authority : *all) note_users(authority);
  co_return Ok{};
}

}  // namespace gatehouse::certs
