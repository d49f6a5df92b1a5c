#include "certs/renewal/machine_ca.h"

#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "certs/authority/authority_parts.h"
#include "certs/renewal/due.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;
using crypto::Purpose;

// A MachineCa before its issuer is known.
struct Draft {
  Authority authority;
  bool changed = false;
  Together rest = {};
  std::vector<std::string> notices = {};

  MachineCa with(Identity issuer) && {
    return {std::move(authority), changed, std::move(issuer), std::move(rest), std::move(notices)};
  }
};

std::string day(WallTime time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(time));
}

std::unexpected<Error> ended(const crypto::Certificate& root) {
  return fail(Fault::operator_input,
              fmt::format("the local CA of this machine ended on {}: if the clock is right, start "
                          "gatehouse with a certificate of your own (--certificate and --key), and "
                          "then {}",
                          day(root.not_after()), how_to_get_another_root("")),
              ErrorKind::invalid);
}

Authority machine_authority(const AuthorityLives& lives, WallTime now) {
  return {.name = AuthorityName::machine(),
          .created = std::chrono::floor<std::chrono::seconds>(now),
          .lives = lives};
}

// Issuers that sign from now on; the one for servers.
Result<Identity> add_issuers_to(Draft& ca, const Identity& root_key, WallTime now) {
  const AuthorityRoot root = ca.authority.active_root();
  if (auto added = add_issuers(ca.authority, root, root_key, {}, now, ca.rest); !added) {
    return pass_on(added);
  }
  ca.changed = true;
  const RecordId wanted = ca.authority.active_issuer(Purpose::server)->key;
  const auto added = std::ranges::find(ca.rest.add, wanted, &Together::Addition::id);
  return std::get<Identity>(added->content.content);
}

bool signs_on(const Authority& authority, const AuthorityIssuer* issuer, WallTime now) {
  return issuer != nullptr && issuer->root == authority.active_root().number &&
         !is_due(issuer->certificate, now);
}

// While the root's key is off the machine, the issuer that is there goes on as long as it lives.
io::Task<Result<Identity>> issuer_without_root(Draft& ca, const AuthorityStore& authorities,
                                               const Error& why, WallTime now,
                                               io::Deadline deadline) {
  const AuthorityIssuer* issuer = ca.authority.active_issuer(Purpose::server);
  if (issuer == nullptr || !issuer->certificate.valid_at(now)) co_return std::unexpected(why);
  auto identity = co_await authorities.key_of(ca.authority, *issuer, deadline);
  if (!identity) co_return std::unexpected(why);
  ca.notices.push_back(fmt::format("the {} of the local CA ends on {} and cannot be renewed: {}",
                                   issuer->text(), day(issuer->certificate.not_after()), why.what));
  co_return identity;
}

io::Task<Result<Identity>> kept_or_next_issuer(Draft& ca, const AuthorityStore& authorities,
                                               WallTime now, io::Deadline deadline) {
  const AuthorityIssuer* issuer = ca.authority.active_issuer(Purpose::server);
  if (signs_on(ca.authority, issuer, now)) {
    auto identity = co_await authorities.key_of(ca.authority, *issuer, deadline);
    if (identity || identity.error().kind != ErrorKind::not_found) co_return identity;
  }
  auto root_key =
      co_await authorities.root_identity(ca.authority, ca.authority.active_root().number, deadline);
  if (root_key) co_return add_issuers_to(ca, *root_key, now);
  if (root_key.error().kind != ErrorKind::not_found) co_return root_key;
  co_return co_await issuer_without_root(ca, authorities, root_key.error(), now, deadline);
}

io::Task<Result<Ok>> add_root_of(const Identity& root, Draft& ca,
                                 const CertificateStore& certificates, io::Deadline deadline) {
  auto key = co_await record_for(
      record_of(ca.authority, RecordId::random(), "root 1", root, Shelf::identities), certificates,
      ca.rest, deadline);
  if (!key) co_return pass_on(key);
  auto anchor = co_await record_for(
      record_of(ca.authority, RecordId::random(), "root 1", root.leaf(), Shelf::anchors),
      certificates, ca.rest, deadline);
  if (!anchor) co_return pass_on(anchor);
  ca.authority.roots.push_back({1, RootState::active, root.leaf(), *anchor, *key});
  co_return Ok{};
}

io::Task<Result<Ok>> add_issuer_of(const Identity& issuer, Draft& ca,
                                   const CertificateStore& certificates, io::Deadline deadline) {
  AuthorityIssuer added{1, 1, Purpose::server, true, issuer.leaf(), {}};
  auto key = co_await record_for(
      record_of(ca.authority, RecordId::random(), added.text(), issuer, Shelf::identities),
      certificates, ca.rest, deadline);
  if (!key) co_return pass_on(key);
  added.key = *key;
  ca.authority.issuers.push_back(std::move(added));
  co_return Ok{};
}

bool can_go_on(const std::optional<Identity>& issuer, const Identity& root, WallTime now) {
  return issuer && issuer->leaf().is_ca() && issuer->leaf().is_issued_by(root.leaf()) &&
         !is_due(issuer->leaf(), now);
}

}  // namespace

std::string how_to_get_another_root(std::string_view permit) {
  return fmt::format(
      "{}gatehouse ca rotate machine makes the next root: let devices trust it, and then gatehouse "
      "ca rotate machine --trusted",
      permit.empty() ? "" : fmt::format("with --permit {} ", permit));
}

io::Task<Result<std::optional<MachineCa>>> kept_machine_ca(const AuthorityStore& authorities,
                                                           WallTime now, io::Deadline deadline) {
  auto authority = co_await authorities.reader().get(AuthorityName::machine(), deadline);
  if (!authority && authority.error().kind == ErrorKind::not_found) {
    co_return std::optional<MachineCa>();
  }
  if (!authority) co_return pass_on(authority);
  const crypto::Certificate root = authority->active_root().certificate;
  if (now > root.not_after()) co_return ended(root);
  Draft ca{std::move(*authority)};
  auto issuer = co_await kept_or_next_issuer(ca, authorities, now, deadline);
  if (!issuer) co_return pass_on(issuer);
  co_return std::optional(std::move(ca).with(std::move(*issuer)));
}

io::Task<Result<MachineCa>> machine_ca_of(MachineFiles files, AuthorityLives lives,
                                          const CertificateStore& certificates, WallTime now,
                                          io::Deadline deadline) {
  const Identity& root = *files.root;
  if (now > root.leaf().not_after()) co_return ended(root.leaf());
  Draft ca{machine_authority(lives, now), true, {}, std::move(files.notices)};
  if (auto added = co_await add_root_of(root, ca, certificates, deadline); !added) {
    co_return pass_on(added);
  }
  if (!can_go_on(files.issuer, root, now)) {
    auto issuer = add_issuers_to(ca, root, now);
    if (!issuer) co_return pass_on(issuer);
    co_return std::move(ca).with(std::move(*issuer));
  }
  if (auto added = co_await add_issuer_of(*files.issuer, ca, certificates, deadline); !added) {
    co_return pass_on(added);
  }
  const AuthorityRoot active = ca.authority.active_root();
  auto client = add_issuer(ca.authority, active, root, Purpose::client, {}, now, ca.rest);
  if (!client) co_return pass_on(client);
  co_return std::move(ca).with(std::move(*files.issuer));
}

Result<MachineCa> new_machine_ca(const crypto::NameConstraints& constraints, std::string_view host,
                                 const AuthorityLives& lives, WallTime now) {
  Draft ca{machine_authority(lives, now), true};
  auto root = add_root(ca.authority, RootState::active,
                       {.common_name = root_common_name(ca.authority.name, 1, host, now),
                        .constraints = constraints,
                        .life = lives.root},
                       now, ca.rest);
  if (!root) return pass_on(root);
  auto issuer = add_issuers_to(ca, *root, now);
  if (!issuer) return pass_on(issuer);
  return std::move(ca).with(std::move(*issuer));
}

std::vector<std::string> doubts_about(const Authority& machine,
                                      const crypto::NameConstraints& permit, WallTime now) {
  std::vector<std::string> doubts;
  const auto& anchor = machine.active_root().certificate;
  const auto constraints = machine.constraints();
  if (constraints && !permit.within(*constraints)) {
    doubts.push_back(fmt::format(
        "--permit {} comes too late for the local CA, which was made on {} for {} only: {}",
        permit.text(), day(anchor.not_before()), constraints->text(),
        how_to_get_another_root(permit.text())));
  }
  if (now < anchor.not_before()) {
    doubts.push_back(
        fmt::format("the clock says {}, but the local CA was made on {}: set the clock", day(now),
                    day(anchor.not_before())));
  } else if (is_due(anchor, now)) {
    doubts.push_back(fmt::format("the local CA ends on {}. In good time before, {}",
                                 day(anchor.not_after()), how_to_get_another_root("")));
  }
  return doubts;
}

io::Task<Result<RecordId>> record_for(Together::Addition addition,
                                      const CertificateStore& certificates, Together& rest,
                                      io::Deadline deadline) {
  const auto sha256 = chain_of(addition.content.content).front().sha256();
  auto kept = co_await certificates.reader().id_at(
      keys::by_sha256(sha256, *addition.content.shelf, addition.content.owner), deadline);
  if (!kept) co_return pass_on(kept);
  if (!kept->empty()) co_return kept->front();
  const RecordId id = addition.id;
  rest.add.push_back(std::move(addition));
  co_return id;
}

io::Task<Result<Ok>> settle_names(Together& rest, const CertificateStore& certificates,
                                  io::Deadline deadline) {
  constexpr std::size_t kMostNumbered = 1000;
  std::set<std::string> ours;
  for (auto& addition : rest.add) {
    NewRecord& content = addition.content;
    const RecordName wanted = *content.name;
    for (std::size_t number = 2; number <= kMostNumbered; ++number) {
      const std::string key = keys::by_name(*content.shelf, content.owner, *content.name);
      auto taken = co_await certificates.reader().id_at(key, deadline);
      if (!taken) co_return pass_on(taken);
      if (taken->empty() && ours.insert(key).second) break;
      content.name = wanted.numbered(number);
    }
  }
  co_return Ok{};
}

}  // namespace gatehouse::certs
