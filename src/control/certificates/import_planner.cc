#include <algorithm>

#include <fmt/format.h>

#include "certs/store/content.h"
#include "certs/store/store_keys.h"
#include "control/certificates/certificate_messages.h"
#include "control/certificates/chain_completion.h"
#include "control/certificates/importing.h"

namespace gatehouse::control {
namespace {

using certs::Content;
using certs::Record;
using certs::RecordName;
using certs::Shelf;
using crypto::Refusal;

// Of identities that a new intermediate may complete.
constexpr std::size_t kMostLookedThrough = 2000;

// Not valid yet is no reason to refuse: it may be imported before its day.
bool stands_in_the_way(const Refusal& refusal) {
  return refusal.kind != Refusal::Kind::not_yet_valid;
}

crypto::Purpose purpose_of(const crypto::Certificate& leaf, std::optional<certs::Role> role) {
  if (role) return *role == certs::Role::server ? crypto::Purpose::server : crypto::Purpose::client;
  const bool client_only =
      !leaf.allows_server_authentication() && leaf.allows_client_authentication();
  return client_only ? crypto::Purpose::client : crypto::Purpose::server;
}

std::unexpected<Error> usage(std::string what) {
  return fail(Fault::client, std::move(what), ErrorKind::usage);
}

std::unexpected<Error> is_here_as(const RecordName& name, const RecordName& replaced) {
  return fail(Fault::operator_input,
              fmt::format("This certificate is in the store already, as \"{}\". Remove that one "
                          "first to put it in the place of \"{}\".",
                          name.text(), replaced.text()),
              ErrorKind::conflict);
}

std::string where_it_is(const crypto::MissingIssuer& missing) {
  if (missing.urls.empty()) return "Ask the issuer for it, and import it too.";
  const auto url = std::ranges::find_if(
      missing.urls, [](const std::string& one) { return one.starts_with("http://"); });
  if (url != missing.urls.end()) {
    return fmt::format(
        "The certificate says where it is: {} Nothing was fetched from there; gatehouse cert "
        "import --fetch-issuers does that.",
        *url);
  }
  return fmt::format(
      "The certificate says where it is. Get it with: curl -o issuer.cer {} and then: gatehouse "
      "cert import issuer.cer",
      missing.urls.front());
}

// Behind an intermediate mostly a root comes, which nobody sends.
std::string gap_text(const std::vector<crypto::Certificate>& chain,
                     const crypto::MissingIssuer& missing) {
  if (chain.size() > 1) {
    return fmt::format(
        "The chain of {} ends below {}, which is not known here. That is right if it is a root "
        "that the clients trust. If it is an intermediate, it is missing. {}",
        chain.front().subject(), missing.name, where_it_is(missing));
  }
  return fmt::format(
      "The chain of {} is not complete: the certificate of its issuer {} is missing, and some "
      "clients will refuse it. {}",
      chain.front().subject(), missing.name, where_it_is(missing));
}

}  // namespace

Record Arrival::record(const certs::Owner& owner, WallTime now) const {
  return {{replaces.value_or(certs::RecordId{}), shelf, name, owner, certs::Origin::import, now},
          certs::chain_of(content)};
}

void ImportPlanner::add(const Refusal& refusal) {
  api::ImportRefusal& to = *plan_.response.add_refusals();
  to.set_kind(std::string(refusal_text(refusal.kind)));
  to.set_sentence(refusal.what);
}

// ------------------------------------------------------------------ keys that are here already

// A certificate comes alone when its key is here: that of a request, or of the one it replaces.
io::Task<Result<Ok>> ImportPlanner::bring_keys(crypto::Bundle& bundle) {
  for (const crypto::BundleCertificate& one : bundle.certificates) {
    const crypto::Sha256 spki = one.certificate.spki_sha256();
    const bool has_key = std::ranges::any_of(
        bundle.keys, [&](const auto& key) { return key.key.spki_sha256() == spki; });
    if (has_key) continue;
    auto pending = co_await store_.requests().by_key(spki, deadline_);
    if (!pending) co_return pass_on(pending);
    if (*pending) {
      auto key = co_await store_.requests().key((*pending)->id, deadline_);
      if (!key) co_return pass_on(key);
      bundle.keys.push_back({std::move(*key), {}});
      requests_.push_back({spki, std::move(**pending)});
    } else if (wishes_.replace && wishes_.replace->shelf == Shelf::identities &&
               wishes_.replace->leaf().spki_sha256() == spki) {
      auto identity = co_await store_.identity(wishes_.replace->id, deadline_);
      if (!identity) co_return pass_on(identity);
      bundle.keys.push_back({std::move(identity->key), {}});
    }
  }
  co_return Ok{};
}

const ImportPlanner::Request* ImportPlanner::request_of(const crypto::Certificate& leaf) const {
  const auto found = std::ranges::find(requests_, leaf.spki_sha256(), &Request::key);
  return found == requests_.end() ? nullptr : &*found;
}

// ------------------------------------------------------------------ each thing

io::Task<Result<std::optional<Record>>> ImportPlanner::same(const crypto::Certificate& certificate,
                                                            Shelf shelf) const {
  auto id = co_await store_.reader().id_at(
      certs::keys::by_sha256(certificate.sha256(), shelf, wishes_.owner), deadline_);
  if (!id) co_return pass_on(id);
  if (id->empty()) co_return std::optional<Record>();
  auto record = co_await store_.reader().record(id->front(), deadline_);
  if (!record) co_return pass_on(record);
  co_return std::optional(std::move(*record));
}

io::Task<Result<Ok>> ImportPlanner::take(Content content, Shelf shelf, std::string suggested,
                                         api::FoundItem item) {
  const std::vector<crypto::Certificate> chain = certs::chain_of(content);
  item.set_shelf(std::string(certs::shelf_text(shelf)));
  auto here = co_await same(chain.front(), shelf);
  if (!here) co_return pass_on(here);
  const bool longer = *here && chain.size() > (*here)->chain.size();
  const crypto::Certificate leaf = chain.front();
  const Request* request = request_of(leaf);
  if (*here && wishes_.replace && (*here)->id != wishes_.replace->id) {
    co_return is_here_as((*here)->name, wishes_.replace->name);
  }
  if (*here && !longer) {
    item.set_fate("unchanged");
    item.set_name((*here)->name.text());
    plan_.unchanged.push_back(std::move(**here));
  } else if (*here || wishes_.replace) {
    const Record& before = *here ? **here : *wishes_.replace;
    item.set_fate("replaced");
    item.set_name(before.name.text());
    plan_.arrivals.push_back({std::move(content), shelf, before.name, before.id, std::nullopt});
  } else {
    if (request != nullptr) suggested = request->pending.name.text();
    auto name = co_await name_for(content, shelf, suggested);
    if (!name) co_return pass_on(name);
    item.set_fate(request != nullptr ? "completes a request" : "added");
    item.set_name(name->text());
    plan_.arrivals.push_back(
        {std::move(content), shelf, std::move(*name), std::nullopt, std::nullopt});
  }
  if (request != nullptr && item.fate() != "unchanged") {
    plan_.arrivals.back().completes = request->pending.id;
  }
  *plan_.response.add_found() = std::move(item);
  co_return Ok{};
}

// False: it may be used.
bool ImportPlanner::refuse(const crypto::PairedIdentity& paired) {
  const crypto::Certificate& leaf = paired.identity.leaf();
  bool refused = false;
  for (const Refusal& one :
       crypto::refusals(paired.identity, purpose_of(leaf, wishes_.role), now_)) {
    if (stands_in_the_way(one)) {
      add(one);
      refused = true;
    } else {
      plan_.response.add_notes(one.what + ".");
    }
  }
  return refused;
}

io::Task<Result<Ok>> ImportPlanner::take_identity(crypto::PairedIdentity paired) {
  api::FoundItem item = found_item("identity", paired.identity.leaf());
  if (refuse(paired)) {
    item.set_fate("refused");
    *plan_.response.add_found() = std::move(item);
    co_return Ok{};
  }
  for (const std::string& note : crypto::notes(paired.identity)) {
    plan_.response.add_notes(note + ".");
  }
  if (paired.missing) {
    auto missing = co_await complete_chain(store_.reader(), paired.identity.chain, machine_anchors_,
                                           deadline_);
    if (!missing) co_return pass_on(missing);
    if (*missing) {
      api::MissingIssuer& gap = *plan_.response.add_missing();
      gap.set_of(paired.identity.leaf().subject());
      gap.set_name((*missing)->name);
      gap.set_certificate(std::string(as_text(paired.identity.chain.back().der())));
      for (const std::string& url : (*missing)->urls) gap.add_urls(url);
      plan_.response.add_notes(gap_text(paired.identity.chain, **missing));
    }
  }
  co_return co_await take(std::move(paired.identity), Shelf::identities, paired.friendly_name,
                          std::move(item));
}

io::Task<Result<Ok>> ImportPlanner::take_certificate(crypto::Certificate certificate, Shelf shelf) {
  api::FoundItem item =
      found_item(shelf == Shelf::anchors ? "anchor" : "intermediate", certificate);
  if (wanted_on(shelf)) {
    co_return co_await take(std::move(certificate), shelf, "", std::move(item));
  }
  item.set_fate("not stored");
  *plan_.response.add_found() = std::move(item);
  co_return Ok{};
}

void ImportPlanner::refuse_lone(const crypto::Certificate& certificate) {
  api::FoundItem item = found_item("certificate", certificate);
  item.set_fate("refused");
  *plan_.response.add_found() = std::move(item);
  add({Refusal::Kind::not_a_pair,
       fmt::format("the certificate of {} comes without its private key, and no request here asked "
                   "for it: import both together, or the PKCS#12 file (.pfx, .p12) that holds both",
                   certificate.subject())});
}

// ------------------------------------------------------------------ the whole

// --name and --replace mean one thing.
Result<Ok> ImportPlanner::check_targets(const crypto::Pairing& pairing) {
  const std::size_t lone = pairing.anchors.size() + pairing.intermediates.size();
  const std::size_t identities = pairing.identities.size();
  if (wishes_.shelf) {
    const bool any = (*wishes_.shelf == Shelf::identities && identities > 0) ||
                     (*wishes_.shelf == Shelf::anchors && !pairing.anchors.empty()) ||
                     (*wishes_.shelf == Shelf::intermediates && !pairing.intermediates.empty());
    if (!any && identities + lone > 0) {
      const Content content = identities > 0 ? Content(pairing.identities.front().identity)
                              : !pairing.anchors.empty() ? Content(pairing.anchors.front())
                                                         : Content(pairing.intermediates.front());
      if (auto shelf = certs::shelf_for(content, wishes_.shelf); !shelf) return pass_on(shelf);
    }
  }
  if (!wishes_.name && !wishes_.replace) return Ok{};
  if (identities == 1 || (identities == 0 && lone == 1)) return Ok{};
  if (identities + lone == 0) return Ok{};
  return usage(
      fmt::format("{} is of one certificate, and the files hold {}. Import them one by one.",
                  wishes_.name ? "--name" : "--replace", identities > 0 ? identities : lone));
}

// Identities in the store that lacked an intermediate that has come now.
io::Task<Result<Ok>> ImportPlanner::complete_identities() {
  std::vector<crypto::Certificate> issuers;
  for (const Arrival& one : plan_.arrivals) {
    if (one.shelf == Shelf::intermediates) issuers.push_back(certs::chain_of(one.content).front());
  }
  if (issuers.empty()) co_return Ok{};
  auto page = co_await store_.reader().list({.shelf = Shelf::identities, .owner = wishes_.owner},
                                            "", kMostLookedThrough, deadline_);
  if (!page) co_return pass_on(page);
  for (const Record& record : page->records) {
    const crypto::Certificate& last = record.chain.back();
    const auto issuer = std::ranges::find_if(issuers, [&](const crypto::Certificate& one) {
      return last.issuer() == one.subject() && last.is_issued_by(one);
    });
    const bool arrives = std::ranges::any_of(
        plan_.arrivals, [&](const Arrival& one) { return one.replaces == record.id; });
    if (issuer == issuers.end() || arrives) continue;
    auto identity = co_await store_.identity(record.id, deadline_);
    if (!identity) co_return pass_on(identity);
    identity->chain.push_back(*issuer);
    plan_.arrivals.push_back(
        {std::move(*identity), Shelf::identities, record.name, record.id, std::nullopt});
    plan_.response.add_notes(
        fmt::format("The chain of \"{}\" becomes complete by it.", record.name.text()));
  }
  co_return Ok{};
}

io::Task<Result<ImportPlan>> ImportPlanner::plan(crypto::Bundle bundle) {
  if (auto brought = co_await bring_keys(bundle); !brought) co_return pass_on(brought);
  for (const std::string& warning : bundle.warnings) plan_.response.add_notes(warning);
  crypto::Pairing pairing = crypto::pair(bundle, now_);
  for (const Refusal& one : pairing.refusals) add(one);
  if (auto targets = check_targets(pairing); !targets) co_return pass_on(targets);
  const std::optional<RecordName> name = std::exchange(wishes_.name, std::nullopt);
  const std::optional<Record> replace = wishes_.replace;
  const bool of_identity = !pairing.identities.empty();
  // Issuers first: what they complete comes after them.
  if (!of_identity) wishes_.name = name;
  if (of_identity) wishes_.replace.reset();
  for (const auto& one : pairing.intermediates) {
    auto taken = co_await take_certificate(one, Shelf::intermediates);
    if (!taken) co_return pass_on(taken);
  }
  for (const auto& one : pairing.anchors) {
    auto taken = co_await take_certificate(one, Shelf::anchors);
    if (!taken) co_return pass_on(taken);
  }
  wishes_.name = name;
  wishes_.replace = replace;
  for (auto& one : pairing.identities) {
    auto taken = co_await take_identity(std::move(one));
    if (!taken) co_return pass_on(taken);
  }
  for (const auto& one : pairing.others) refuse_lone(one);
  if (plan_.response.refusals().empty()) {
    if (auto completed = co_await complete_identities(); !completed) co_return pass_on(completed);
  }
  co_return std::move(plan_);
}

}  // namespace gatehouse::control
