#include "control/stored_names.h"

#include "certs/store/record_codec.h"
#include "certs/store/store_keys.h"
#include "certs/store/summary_scan.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;
using certs::Shelf;

constexpr auto kReadTime = 60s;
constexpr auto kWatchTime = 5s;
constexpr auto kListenTime = 1h;  // no news is news as well
constexpr auto kTryAgain = 10s;

struct Everything {
  certs::NameIndex index;
  kv::Revision revision = 0;
};

Result<Everything> read_all(kv::Engine& engine) {
  certs::NameIndex::Builder builder;
  const kv::Revision revision = engine.revision();
  auto walked = certs::for_each_summary(
      engine, Shelf::identities,
      [&builder](const certs::RecordSummary& summary) { builder.add(summary); });
  if (!walked) return pass_on(walked);
  return Everything{builder.take(), revision};
}

std::optional<certs::RecordId> id_in(std::string_view key) {
  auto id = certs::RecordId::parse(key.substr(key.rfind('/') + 1));
  return id ? std::optional(*id) : std::nullopt;
}

}  // namespace

io::Task<Result<Ok>> StoredNames::read(io::Deadline deadline) {
  auto all = co_await client_.call<Everything>(
      [](kv::Ledger& ledger) { return read_all(ledger.engine()); }, deadline);
  if (!all) co_return pass_on(all);
  now_ = std::make_shared<const certs::NameIndex>(std::move(all->index));
  revision_ = all->revision;
  co_return Ok{};
}

io::Task<void> StoredNames::follow(Changed changed) {
  for (;;) {
    auto ended = co_await watch(changed);
    if (ended) {  // too much has changed to be told one by one
      ended = co_await read(client_.reactor().in(kReadTime));
      if (ended) co_await changed();
    }
    if (ended) continue;
    if (co_await client_.reactor().sleep(client_.reactor().in(kTryAgain)) == io::Wake::cancelled) {
      co_return;
    }
    events_.error("Changes of the store's certificates are not seen at the moment.",
                  {{"reason", ended.error().what}});
  }
}

// Until everything has to be read again.
io::Task<Result<Ok>> StoredNames::watch(const Changed& changed) {
  io::Reactor& reactor = client_.reactor();
  auto watch = co_await store_.watch(certs::keys::summaries(Shelf::identities), revision_,
                                     reactor.in(kWatchTime));
  if (!watch) co_return pass_on(watch);
  for (;;) {
    auto heard = co_await (*watch)->next(reactor.in(kListenTime));
    if (!heard) co_return pass_on(heard);
    const auto* changes = std::get_if<kv::Changes>(&*heard);
    if (changes == nullptr) co_return Ok{};
    if (changes->empty()) continue;
    take(*changes);
    co_await changed();
  }
}

void StoredNames::take(const kv::Changes& changes) {
  auto next = std::make_shared<certs::NameIndex>(*now_);
  for (const kv::Change& change : changes) {
    revision_ = std::max(revision_, change.revision);
    const auto id = id_in(change.key);
    const auto summary = change.value ? certs::decode_summary(*change.value) : std::nullopt;
    if (summary) {
      next->put(*summary);
    } else if (id) {
      next->remove(*id);
    }
  }
  now_ = std::move(next);
}

}  // namespace gatehouse::control
