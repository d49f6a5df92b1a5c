#include "control/identities.h"

#include <algorithm>
#include <sys/stat.h>

#include <fmt/format.h>

#include "certs/binding/binding_table.h"
#include "certs/store/certificate_files.h"
#include "control/identity_needs.h"

namespace gatehouse::control {
namespace {

using Origin = ServedIdentity::Origin;
using namespace std::chrono_literals;

// Of the store, for one certificate.
constexpr auto kStoreTime = 10s;

std::unexpected<Error> not_chosen(const certs::Selector& selector, const Error& why) {
  if (why.kind != ErrorKind::not_found) return std::unexpected(why);
  return fail(Fault::operator_input,
              fmt::format("the store has no certificate with the {}: `gatehouse cert list` shows "
                          "what is there, and `gatehouse cert import` brings one",
                          selector.text()),
              ErrorKind::not_found);
}

// What can be known from the certificate is filled in.
ServedIdentityPtr serve(ServedIdentity served) {
  const crypto::Certificate& leaf = served.identity.leaf();
  served.credential = certs::make_credential(served.identity);
  served.names = leaf.names();
  served.subject = leaf.subject();
  return std::make_shared<const ServedIdentity>(std::move(served));
}

// The one in force where it is the same, so that its credential is shared.
ServedIdentityPtr kept_or_new(const ServedIdentityPtr& before, crypto::Identity identity,
                              Origin origin, std::string text,
                              std::optional<certs::RecordId> record) {
  if (before && before->identity.leaf() == identity.leaf() && before->record == record) {
    return before;
  }
  return serve({.identity = std::move(identity),
                .origin = origin,
                .origin_text = std::move(text),
                .record = record});
}

FileStamp stamp_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim};
}

// Clients that dial an address send no name, so only the default certificate can hold it.
Result<Ok> can_be_asked_for(const certs::DefaultIdentity& identity) {
  if (!identity.self_signed) return Ok{};
  const std::vector<ServerName> addresses = identity.self_signed->leaf().names().addresses;
  if (addresses.empty()) return Ok{};
  return fail(Fault::operator_input,
              fmt::format("--host {}: the local CA may not certify this address, and another "
                          "certificate cannot be chosen for it, because clients that dial an "
                          "address send no name. Bring a certificate with --certificate and "
                          "--key, or permit the address with --permit before the first start.",
                          addresses.front().text()),
              ErrorKind::usage);
}

Result<certs::DefaultIdentityRequest> request_for(const config::Settings& settings,
                                                  std::vector<NamePattern> hosts) {
  certs::DefaultIdentityRequest request;
  auto permitted = permitted_names(settings);
  if (!permitted) return pass_on(permitted);
  request.permit = std::move(*permitted);
  request.machine = certs::machine_names(certs::read_machine_sources());
  request.hosts = std::move(hosts);
  return request;
}

bool holds(const ServedIdentity& served, const NamePattern& name) {
  return std::ranges::find(served.names.dns, name) != served.names.dns.end();
}

const FilePair* find(const std::map<IdentitySet::Paths, FilePair>& files,
                     const IdentitySet::Paths& paths) {
  const auto found = files.find(paths);
  return found == files.end() ? nullptr : &found->second;
}

ServedIdentityPtr value_of(const std::map<std::string, ServedIdentityPtr>& map,
                           const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

ServedIdentityPtr chosen_by(const config::SingleCertificate& one, const IdentitySet& set) {
  if (const auto* pair = std::get_if<config::CertificateFiles>(&one)) {
    const FilePair* known = find(set.files, {pair->certificate, pair->key});
    return known == nullptr ? nullptr : known->served;
  }
  return value_of(set.stored, std::get<certs::Selector>(one).text());
}

certs::CredentialPair::One part_of_pair(const ServedIdentity& served) {
  const crypto::Certificate& leaf = served.identity.leaf();
  return {served.credential, served.identity.key.algorithm(), certs::second_of(leaf.not_before()),
          certs::second_of(leaf.not_after())};
}

bool has_rsa_key(const ServedIdentityPtr& served) {
  return served->identity.key.algorithm() == crypto::KeyAlgorithm::rsa;
}

// The one that is not RSA, with the other one in it.
Result<ServedIdentityPtr> together(const config::CertificateChoice& choice,
                                   const ServedIdentityPtr& better,
                                   const ServedIdentityPtr& other) {
  auto pair = certs::CredentialPair::make(part_of_pair(*better), part_of_pair(*other));
  if (!pair) {
    return fail(
        Fault::operator_input,
        fmt::format("{}: {}, so that no client needs the second one. Leave it out, or make "
                    "one with another kind of key: `--key-type` of `gatehouse cert create`, "
                    "`cert request` and `ca issue`",
                    text(choice),
                    has_rsa_key(other) ? "both have RSA keys" : "neither has an RSA key"),
        ErrorKind::invalid);
  }
  ServedIdentity both = *better;
  both.second = other;
  both.pair = std::move(*pair);
  return std::make_shared<const ServedIdentity>(std::move(both));
}

}  // namespace

ServedIdentityPtr IdentitySet::of(const std::optional<config::CertificateChoice>& wanted,
                                  const NamePattern* name) const {
  if (wanted) {
    if (ServedIdentityPtr both = wanted->second ? value_of(pairs, text(*wanted)) : nullptr) {
      return both;
    }
    if (ServedIdentityPtr chosen = chosen_by(wanted->first, *this)) return chosen;
  }
  if (self_signed && name != nullptr && holds(*self_signed, *name)) return self_signed;
  return standard;
}

std::vector<ServedIdentityPtr> IdentitySet::all_of(
    const std::optional<config::CertificateChoice>& wanted, const NamePattern* name) const {
  const ServedIdentityPtr served = of(wanted, name);
  if (!served) return {};
  if (!served->second) return {served};
  return {chosen_by(wanted->first, *this), chosen_by(*wanted->second, *this)};
}

std::vector<ServedIdentityPtr> IdentitySet::all() const {
  std::vector<ServedIdentityPtr> every;
  if (standard) every.push_back(standard);
  if (self_signed) every.push_back(self_signed);
  for (const auto& [paths, pair] : files) every.push_back(pair.served);
  for (const auto& [selector, served] : stored) {
    // Two selectors may choose the same.
    if (std::ranges::find(every, served) == every.end()) every.push_back(served);
  }
  return every;
}

std::vector<CertificateExpiry> IdentitySet::expiries() const {
  std::vector<CertificateExpiry> every;
  for (const ServedIdentityPtr& one : all()) {
    every.push_back({one->identity.leaf().subject(), one->identity.leaf().not_after()});
  }
  return every;
}

io::Task<Result<IdentitySetPtr>> Identities::prepare(
    std::shared_ptr<const config::Settings> settings, std::shared_ptr<const IdentitySet> before,
    Look look) {
  auto next = std::make_shared<IdentitySet>();
  if (auto added = add_files(*settings, before.get(), look, *next); !added) {
    co_return pass_on(added);
  }
  if (auto added = co_await add_stored(*settings, before.get(), *next); !added) {
    co_return pass_on(added);
  }
  if (auto added = add_pairs(*settings, before.get(), *next); !added) co_return pass_on(added);
  if (needs_standard(*settings)) {
    if (auto added = co_await add_standard(*settings, before.get(), *next); !added) {
      co_return pass_on(added);
    }
  }
  co_return IdentitySetPtr(std::move(next));
}

io::Task<Result<Ok>> Identities::add_standard(const config::Settings& settings,
                                              const IdentitySet* before, IdentitySet& to) {
  StandardNames wanted = standard_names(settings);
  to.names_left_out = wanted.left_out;
  auto request = request_for(settings, std::move(wanted.names));
  if (!request) co_return pass_on(request);
  auto made = co_await standard_().ensure(std::move(*request), reactor_.in(kStoreTime));
  if (!made) co_return pass_on(made);
  if (auto reachable = can_be_asked_for(*made); !reachable) co_return reachable;
  to.standard = kept_or_new(before ? before->standard : nullptr, std::move(made->identity),
                            Origin::local_ca, "local CA", made->records.by_default);
  if (made->self_signed) {
    to.self_signed =
        kept_or_new(before ? before->self_signed : nullptr, std::move(*made->self_signed),
                    Origin::self_signed, "self-signed", made->records.self_signed);
  }
  to.anchor = std::move(made->anchor);
  to.anchor_file = made->anchor_file.string();
  to.issuer = std::move(made->issuer);
  to.notices.insert(to.notices.end(), made->notices.begin(), made->notices.end());
  co_return Ok{};
}

Result<Ok> Identities::add_files(const config::Settings& settings, const IdentitySet* before,
                                 Look look, IdentitySet& to) {
  for (const IdentitySet::Paths& paths : needed_files(settings)) {
    if (const FilePair* known = before ? find(before->files, paths) : nullptr) {
      to.files.emplace(paths, look == Look::all_files ? look_again(paths, *known) : *known);
      continue;
    }
    auto loaded = load(paths);
    if (!loaded) return pass_on(loaded);
    to.files.emplace(paths, std::move(*loaded));
  }
  return Ok{};
}

// A replacement that makes two of a kind is served as the single one that was chosen first.
Result<Ok> Identities::add_pairs(const config::Settings& settings, const IdentitySet* before,
                                 IdentitySet& to) {
  for (const config::CertificateChoice& choice : needed_pairs(settings)) {
    const std::string key = text(choice);
    ServedIdentityPtr better = chosen_by(choice.first, to);
    ServedIdentityPtr other = chosen_by(*choice.second, to);
    if (has_rsa_key(better)) std::swap(better, other);
    const ServedIdentityPtr known = before == nullptr ? nullptr : value_of(before->pairs, key);
    if (known && known->credential == better->credential && known->second == other) {
      to.pairs.emplace(key, known);
      continue;
    }
    auto both = together(choice, better, other);
    if (both) {
      to.pairs.emplace(key, std::move(*both));
    } else if (!known) {
      return pass_on(both);
    } else {
      events_.warn("Of two certificates for the same names only the first is served.",
                   {{"reason", both.error().what}});
      to.pairs.emplace(key, chosen_by(choice.first, to));
    }
  }
  return Ok{};
}

io::Task<Result<Ok>> Identities::add_stored(const config::Settings& settings,
                                            const IdentitySet* before, IdentitySet& to) {
  for (const certs::Selector& selector : needed_selectors(settings)) {
    ServedIdentityPtr known;
    if (before != nullptr && before->stored.contains(selector.text())) {
      known = before->stored.at(selector.text());
    }
    auto chosen = co_await choose(selector, known);
    if (!chosen && !known) co_return pass_on(chosen);
    if (!chosen) {
      events_.warn("A certificate of the store cannot be had; the one before is still served.",
                   {{"wanted", selector.text()}, {"reason", chosen.error().what}});
    }
    to.stored.emplace(selector.text(), chosen ? std::move(*chosen) : std::move(known));
  }
  co_return Ok{};
}

// `before` again, where that is still the one.
io::Task<Result<ServedIdentityPtr>> Identities::choose(certs::Selector selector,
                                                       ServedIdentityPtr before) {
  certs::CertificateStore& store = store_();
  const io::Deadline deadline = reactor_.in(kStoreTime);
  auto choice = co_await store.find({.selector = selector, .role = certs::Role::server}, deadline);
  if (!choice) co_return not_chosen(selector, choice.error());
  const certs::Record& record = choice->candidates.front().record;
  if (!choice->chosen) {
    co_return fail(Fault::operator_input,
                   fmt::format("{} {}: choose another one, `gatehouse cert list` shows them",
                               selector.text(), choice->candidates.front().reason),
                   ErrorKind::invalid);
  }
  if (before && before->record == record.id && before->identity.leaf() == record.leaf()) {
    co_return before;
  }
  auto identity = co_await store.identity(record.id, deadline);
  if (!identity) co_return pass_on(identity);
  if (!choice->valid) {
    events_.warn("A certificate that is served is not valid now.",
                 {{"wanted", selector.text()}, {"reason", choice->candidates.front().reason}});
  }
  const bool ours =
      record.origin == certs::Origin::local_ca || record.origin == certs::Origin::default_identity;
  co_return serve({.identity = std::move(*identity),
                   .origin = Origin::store,
                   .origin_text = fmt::format("store, {}", record.name.text()),
                   .record = record.id,
                   .brought = !ours});
}

// The stamps are taken first: what changes while it is read is read again later.
Result<FilePair> Identities::load(const IdentitySet::Paths& paths) {
  FilePair pair{stamp_of(paths.first), stamp_of(paths.second), nullptr};
  auto loaded = certs::load_identity(paths.first, paths.second, reactor_.clock().wall());
  if (!loaded) return pass_on(loaded);
  for (const std::string& warning : loaded->warnings) events_.warn(warning);
  pair.served = serve({.identity = std::move(loaded->identity),
                       .origin = Origin::files,
                       .origin_text = fmt::format("files {}", paths.first.string()),
                       .brought = true});
  return pair;
}

FilePair Identities::look_again(const IdentitySet::Paths& paths, const FilePair& before) {
  FilePair now{stamp_of(paths.first), stamp_of(paths.second), before.served};
  if (now.certificate == before.certificate && now.key == before.key) return before;
  auto loaded = load(paths);
  if (!loaded) {
    events_.warn(
        "A certificate file has changed but cannot be used yet; the certificate before it "
        "is still served, and the next change of the files is looked at again.",
        {{"certificate", paths.first.string()},
         {"key", paths.second.string()},
         {"reason", loaded.error().what}});
    return now;
  }
  if (loaded->served->identity.leaf() == before.served->identity.leaf()) {
    loaded->served = before.served;
  }
  return std::move(*loaded);
}

bool same(const IdentitySet& a, const IdentitySet& b) { return a.all() == b.all(); }

std::string issuer_name(const IdentitySet& set, const ServedIdentity& served) {
  if (served.origin == Origin::local_ca && set.anchor) return set.anchor->common_name();
  const auto& chain = served.identity.chain;
  return chain.size() > 1 ? chain[1].common_name() : chain.front().issuer();
}

}  // namespace gatehouse::control
