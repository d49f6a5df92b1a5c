#include "certs/authority/authority_parts.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

using crypto::Identity;
using crypto::Purpose;

RecordName record_name(const Authority& authority, std::string_view part) {
  return RecordName::nearest(fmt::format("CA {}: {}", authority.name.text(), part));
}

constexpr std::string_view kMachineRoot = "local CA";

std::string machine_root_name(std::uint32_t number, std::string_view host, WallTime now) {
  constexpr std::size_t kLongestHost = 24;  // the whole has to fit into 64 bytes
  const std::string role =
      number == 1 ? std::string(kMachineRoot) : fmt::format("{} {}", kMachineRoot, number);
  return fmt::format("gatehouse {} of {}, {:%Y-%m}", role, host.substr(0, kLongestHost),
                     std::chrono::floor<std::chrono::seconds>(now));
}

// Those of the machine are named after their root, so that people see where they belong.
std::string issuer_common_name(const Authority& authority, const AuthorityRoot& root,
                               Purpose purpose, std::uint32_t number) {
  if (authority.name.is_machine()) {
    std::string name = root.certificate.common_name();
    if (const auto role = name.find(kMachineRoot); role != std::string::npos) {
      return name.replace(role, kMachineRoot.size(),
                          fmt::format("{} issuer", purpose_text(purpose)));
    }
  }
  return fmt::format("{} {} issuer {}.{}", authority.name.text(), purpose_text(purpose),
                     root.number, number);
}

}  // namespace

Together::Addition record_of(const Authority& authority, const RecordId& id, std::string_view part,
                             Content content, Shelf shelf) {
  return {id,
          {.content = std::move(content),
           .name = record_name(authority, part),
           .origin = Origin::local_ca,
           .shelf = shelf}};
}

std::string root_common_name(const AuthorityName& name, std::uint32_t number, std::string_view host,
                             WallTime now) {
  if (name.is_machine()) return machine_root_name(number, host, now);
  // The whole has to fit into 64 bytes.
  constexpr std::size_t kLongestHost = 18;
  return fmt::format("{} root {} ({} {:%Y-%m})", name.text(), number, host.substr(0, kLongestHost),
                     std::chrono::floor<std::chrono::seconds>(now));
}

Result<Identity> add_root(Authority& authority, RootState state, const RootSpec& spec, WallTime now,
                          Together& rest) {
  auto identity = make_root(spec, now);
  if (!identity) return identity;
  const auto number = authority.roots.empty() ? 1 : authority.roots.back().number + 1;
  const AuthorityRoot root{number, state, identity->leaf(), RecordId::random(), RecordId::random()};
  const std::string part = fmt::format("root {}", number);
  rest.add.push_back(record_of(authority, *root.key, part, *identity, Shelf::identities));
  rest.add.push_back(record_of(authority, root.anchor, part, identity->leaf(), Shelf::anchors));
  authority.roots.push_back(root);
  return identity;
}

Result<Ok> add_issuer(Authority& authority, const AuthorityRoot& root, const Identity& root_key,
                      Purpose purpose, std::optional<crypto::PrivateKey> key, WallTime now,
                      Together& rest) {
  const auto number = authority.next_issuer_number(root.number, purpose);
  auto identity = make_issuer(root_key,
                              {.common_name = issuer_common_name(authority, root, purpose, number),
                               .purpose = purpose,
                               .key_type = authority.key_type,
                               .life = authority.lives.issuer,
                               .key = std::move(key)},
                              now);
  if (!identity) return pass_on(identity);
  for (auto& before : authority.issuers) {
    if (before.purpose == purpose) before.active = false;
  }
  const AuthorityIssuer issuer{root.number, number,           purpose,
                               true,        identity->leaf(), RecordId::random()};
  authority.issuers.push_back(issuer);
  rest.add.push_back(
      record_of(authority, issuer.key, issuer.text(), std::move(*identity), Shelf::identities));
  return Ok{};
}

Result<Ok> add_issuers(Authority& authority, const AuthorityRoot& root, const Identity& root_key,
                       IssuerKeys keys, WallTime now, Together& rest) {
  auto added =
      add_issuer(authority, root, root_key, Purpose::server, std::move(keys.server), now, rest);
  if (!added) return added;
  return add_issuer(authority, root, root_key, Purpose::client, std::move(keys.client), now, rest);
}

}  // namespace gatehouse::certs
