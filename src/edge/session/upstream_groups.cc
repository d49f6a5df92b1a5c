#include "edge/session/upstream_groups.h"

#include <algorithm>

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;

constexpr auto kSweepEvery = 30s;
// A part of the table in one pass, so that many sites do not keep this thread's clients waiting.
constexpr std::size_t kBucketsAtOnce = 256;
constexpr auto kNextPart = 50ms;

// Addresses come and go: the same set is the same owner, not the same address.
bool same_owner(const std::weak_ptr<const UpstreamSet>& known,
                const std::shared_ptr<const UpstreamSet>& set) {
  return !known.owner_before(set) && !set.owner_before(known);
}

}  // namespace

std::size_t UpstreamGroups::Hash::operator()(const UpstreamSet& set) const {
  std::size_t hash = set.members.size();
  for (const UpstreamSet::Member& member : set.members) {
    hash = hash * 31 + std::hash<std::string>{}(member.url.text());
  }
  return hash;
}

UpstreamGroups::UpstreamGroups(io::Reactor& reactor, io::Resolver& resolver)
    : reactor_(reactor), resolver_(resolver) {}

UpstreamGroups::~UpstreamGroups() = default;

UpstreamGroup& UpstreamGroups::of(const std::shared_ptr<const UpstreamSet>& set) {
  const auto found = known_.find(set.get());
  if (found != known_.end() && same_owner(found->second.set, set)) {
    return found->second.group->second.group;
  }
  return adopt(set);
}

UpstreamGroup& UpstreamGroups::adopt(const std::shared_ptr<const UpstreamSet>& set) {
  forget(set.get());
  const auto [kept, made] = groups_.try_emplace(*set);
  if (made) add_members(kept->second.group, *set);
  ++kept->second.sets;
  known_.emplace(set.get(), Known{set, &*kept});
  return kept->second.group;
}

void UpstreamGroups::add_members(UpstreamGroup& group, const UpstreamSet& set) {
  for (const UpstreamSet::Member& member : set.members) {
    group.add(
        std::make_unique<Upstream>(reactor_, resolver_, member.url, set.timeouts, member.label));
  }
}

void UpstreamGroups::begin_to_forget() {
  if (!sweep_.linked()) reactor_.arm(sweep_, reactor_.now() + kSweepEvery);
}

io::Task<void> UpstreamGroups::close() {
  closing_ = true;
  for (auto& [set, kept] : groups_) co_await kept.group.close();
}

void UpstreamGroups::sweep_some() {
  if (closing_) return;
  std::vector<const UpstreamSet*> gone;
  const std::size_t end = std::min(next_bucket_ + kBucketsAtOnce, known_.bucket_count());
  for (; next_bucket_ < end; ++next_bucket_) {
    for (auto it = known_.begin(next_bucket_); it != known_.end(next_bucket_); ++it) {
      if (it->second.set.expired()) gone.push_back(it->first);
    }
  }
  for (const UpstreamSet* set : gone) forget(set);
  const bool more = next_bucket_ < known_.bucket_count();
  if (!more) {
    next_bucket_ = 0;
    forget_orphans();
  }
  reactor_.arm(sweep_, reactor_.now() + (more ? kNextPart : kSweepEvery));
}

void UpstreamGroups::forget(const UpstreamSet* set) {
  const auto found = known_.find(set);
  if (found == known_.end()) return;
  Groups::value_type* group = found->second.group;
  known_.erase(found);
  if (--group->second.sets == 0) orphans_.push_back(group);
}

void UpstreamGroups::forget_orphans() {
  std::vector<Groups::value_type*> later;
  for (Groups::value_type* orphan : orphans_) {
    if (orphan->second.sets > 0) continue;  // adopted again
    if (orphan->second.group.idle() > 0) {
      later.push_back(orphan);
    } else {
      groups_.erase(groups_.find(orphan->first));
    }
  }
  orphans_ = std::move(later);
}

}  // namespace gatehouse::edge
