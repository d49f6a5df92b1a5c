#include "kv/memory_engine.h"

namespace gatehouse::kv {

Revision MemoryEngine::revision_of(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? 0 : found->second.revision;
}

Result<std::optional<Entry>> MemoryEngine::get(std::string_view key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::optional<Entry>{};
  const auto& [name, kept] = *found;
  return Entry{name, kept.value, kept.revision, kept.lease};
}

Result<Engine::Both> MemoryEngine::get_both(std::string_view first, std::string_view second) {
  auto one = get(first);
  if (!one) return pass_on(one);
  auto other = get(second);
  if (!other) return pass_on(other);
  return Both{std::move(*one), std::move(*other)};
}

Result<Page> MemoryEngine::list(const ListRequest& request) {
  Page page;
  page.revision = revision_;
  std::size_t size = 0;
  auto entry = request.after < request.prefix ? entries_.lower_bound(request.prefix)
                                              : entries_.upper_bound(request.after);
  for (; entry != entries_.end() && entry->first.starts_with(request.prefix); ++entry) {
    const auto& [key, kept] = *entry;
    page.more = page.entries.size() == request.limit || size > kLargestPage;
    if (page.more) break;
    page.entries.push_back(
        {key, request.with_values ? kept.value : Bytes{}, kept.revision, kept.lease});
    size += key.size() + page.entries.back().value.size();
  }
  return page;
}

void MemoryEngine::apply(const Write& write, Applied& applied) {
  if (const auto* put = std::get_if<Put>(&write)) {
    entries_.insert_or_assign(put->key, Kept{put->value, applied.revision, put->lease});
    applied.changes.push_back({put->key, put->value, applied.revision, put->lease});
    return;
  }
  const auto& key = key_of(write);
  if (entries_.erase(key) == 0) return;
  applied.changes.push_back({key, std::nullopt, applied.revision, Lease::none});
}

Applied MemoryEngine::finish(Applied applied) {
  if (applied.changes.empty()) applied.revision = revision_;
  revision_ = applied.revision;
  return applied;
}

Result<EngineOutcome> MemoryEngine::commit(const Transaction& transaction) {
  for (std::size_t i = 0; i < transaction.conditions.size(); ++i) {
    const Condition& condition = transaction.conditions[i];
    const Revision found = revision_of(condition.key);
    if (!condition.holds(found)) return Conflict{i, found};
  }
  Applied applied{revision_ + 1, {}};
  for (const auto& write : transaction.writes) apply(write, applied);
  return finish(std::move(applied));
}

Result<Lease> MemoryEngine::grant(std::chrono::seconds duration) {
  const Lease lease{++granted_};
  leases_.emplace(lease, duration);
  return lease;
}

Result<Applied> MemoryEngine::end(Lease lease) {
  leases_.erase(lease);
  Applied applied{revision_ + 1, {}};
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.lease != lease) {
      ++entry;
      continue;
    }
    applied.changes.push_back({entry->first, std::nullopt, applied.revision, Lease::none});
    entry = entries_.erase(entry);
  }
  return finish(std::move(applied));
}

Result<std::vector<GrantedLease>> MemoryEngine::leases() {
  std::vector<GrantedLease> all;
  for (const auto& [lease, duration] : leases_) all.push_back({lease, duration});
  return all;
}

Result<Ok> MemoryEngine::for_each(std::string_view prefix, const Visitor& visitor) {
  for (auto entry = entries_.lower_bound(prefix);
       entry != entries_.end() && entry->first.starts_with(prefix); ++entry) {
    visitor({entry->first, entry->second.value, entry->second.revision, entry->second.lease});
  }
  return Ok{};
}

}  // namespace gatehouse::kv
