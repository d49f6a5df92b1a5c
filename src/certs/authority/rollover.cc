#include <fmt/format.h>

#include "certs/authority/authority_parts.h"
#include "certs/authority/authority_store.h"

// How an authority gets its next root, its next issuers, and its root's key off the machine.
namespace gatehouse::certs {
namespace {

std::unexpected<Error> conflict(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::conflict);
}

std::unexpected<Error> no_such_root(const Authority& authority, std::uint32_t number) {
  return fail(Fault::operator_input,
              fmt::format("the CA {} has no root {}", authority.name.text(), number),
              ErrorKind::not_found);
}

std::unexpected<Error> key_is_elsewhere(const Authority& authority, std::uint32_t number) {
  return fail(Fault::operator_input,
              fmt::format("the key of root {0} of the CA {1} is not on this machine: bring it back "
                          "first, gatehouse ca attach {1} --from FILE",
                          number, authority.name.text()),
              ErrorKind::not_found);
}

// The root of this number, to be changed.
AuthorityRoot* find_root(Authority& authority, std::uint32_t number) {
  const auto found = std::ranges::find(authority.roots, number, &AuthorityRoot::number);
  return found == authority.roots.end() ? nullptr : &*found;
}

}  // namespace

io::Task<Result<crypto::Identity>> AuthorityStore::root_identity(const Authority& authority,
                                                                 std::uint32_t number,
                                                                 io::Deadline deadline) const {
  const AuthorityRoot* root = authority.root(number);
  if (root == nullptr) co_return no_such_root(authority, number);
  if (!root->key) co_return key_is_elsewhere(authority, number);
  auto identity = co_await certificates_.identity(*root->key, deadline);
  if (!identity && identity.error().kind == ErrorKind::not_found) {
    co_return key_is_elsewhere(authority, number);
  }
  co_return identity;
}

io::Task<Result<Authority>> AuthorityStore::add_next_root(
    AuthorityName name, std::string host, Cause cause, io::Deadline deadline,
    std::optional<crypto::NameConstraints> constraints) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return authority;
  if (const auto* next = authority->next_root()) {
    co_return conflict(fmt::format(
        "root {0} of the CA {1} waits to be trusted already: when all devices trust it, gatehouse "
        "ca rotate {1} --trusted",
        next->number, name.text()));
  }
  const std::uint32_t number = authority->roots.back().number + 1;
  auto key = co_await make_key_(authority->key_type, deadline);
  if (!key) co_return pass_on(key);
  Together rest;
  auto root =
      add_root(*authority, RootState::next,
               {.common_name = root_common_name(name, number, host, now()),
                .constraints = constraints ? std::move(constraints) : authority->constraints(),
                .key_type = authority->key_type,
                .life = authority->lives.root,
                .key = std::move(*key)},
               now(), rest);
  if (!root) co_return pass_on(root);
  co_return co_await saved(std::move(*authority), std::move(rest), std::move(cause), deadline);
}

io::Task<Result<Authority>> AuthorityStore::trust_next_root(AuthorityName name, std::string digits,
                                                            Cause cause, io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return authority;
  AuthorityRoot* next = authority->next_root();
  if (next == nullptr) {
    co_return conflict(fmt::format(
        "the CA {0} has no next root: gatehouse ca rotate {0} makes one, to be shared first",
        name.text()));
  }
  if (!crypto::hex(next->certificate.sha256()).starts_with(digits)) {
    co_return conflict(fmt::format("the next root of the CA {} has another thumbprint: {}",
                                   name.text(), crypto::hex(next->certificate.sha256())));
  }
  auto root_key = co_await root_identity(*authority, next->number, deadline);
  if (!root_key) co_return pass_on(root_key);
  auto keys = co_await issuer_keys(authority->key_type, deadline);
  if (!keys) co_return pass_on(keys);
  authority->active_root().state = RootState::retired;
  next->state = RootState::active;
  const AuthorityRoot active = *next;
  Together rest;
  if (auto added = add_issuers(*authority, active, *root_key, std::move(*keys), now(), rest);
      !added) {
    co_return pass_on(added);
  }
  co_return co_await saved(std::move(*authority), std::move(rest), std::move(cause), deadline);
}

io::Task<Result<Authority>> AuthorityStore::renew_issuers(AuthorityName name, Cause cause,
                                                          io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return authority;
  const AuthorityRoot root = authority->active_root();
  auto root_key = co_await root_identity(*authority, root.number, deadline);
  if (!root_key) co_return pass_on(root_key);
  if (!root.certificate.valid_at(now())) {
    co_return conflict(
        fmt::format("root {0} of the CA {1} has ended: gatehouse ca rotate {1} makes the next one, "
                    "to be shared",
                    root.number, name.text()));
  }
  auto keys = co_await issuer_keys(authority->key_type, deadline);
  if (!keys) co_return pass_on(keys);
  Together rest;
  if (auto added = add_issuers(*authority, root, *root_key, std::move(*keys), now(), rest);
      !added) {
    co_return pass_on(added);
  }
  co_return co_await saved(std::move(*authority), std::move(rest), std::move(cause), deadline);
}

io::Task<Result<Authority>> AuthorityStore::erase_root_key(AuthorityName name, std::uint32_t number,
                                                           Cause cause, io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return authority;
  AuthorityRoot* root = find_root(*authority, number);
  if (root == nullptr) co_return no_such_root(*authority, number);
  if (!root->key) co_return key_is_elsewhere(*authority, number);
  Together rest;
  rest.remove.push_back(*root->key);
  root->key.reset();
  co_return co_await saved(std::move(*authority), std::move(rest), std::move(cause), deadline);
}

io::Task<Result<Authority>> AuthorityStore::put_root_key(AuthorityName name, std::uint32_t number,
                                                         crypto::PrivateKey key, Cause cause,
                                                         io::Deadline deadline) {
  auto authority = co_await reader_.get(name, deadline);
  if (!authority) co_return authority;
  AuthorityRoot* root = find_root(*authority, number);
  if (root == nullptr) co_return no_such_root(*authority, number);
  if (root->key) {
    co_return conflict(fmt::format("the key of root {} of the CA {} is on this machine already",
                                   number, name.text()));
  }
  root->key = RecordId::random();
  Together rest;
  rest.add.push_back(record_of(*authority, *root->key, fmt::format("root {}", number),
                               crypto::Identity{{root->certificate}, std::move(key)},
                               Shelf::identities));
  co_return co_await saved(std::move(*authority), std::move(rest), std::move(cause), deadline);
}

}  // namespace gatehouse::certs
