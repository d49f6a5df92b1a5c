#include "config/sites.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::config {
namespace {

// Blocks begin half full: there is room before one is split.
constexpr std::size_t kUsual = SiteBlock::kMost / 2;

using Pieces = std::vector<SiteBlockPtr>;

void add_blocks(std::vector<SitePtr> sites, Pieces& to) {
  const std::size_t most = sites.size() <= SiteBlock::kMost ? SiteBlock::kMost : kUsual;
  for (auto at = sites.begin(); at != sites.end();) {
    const auto rest = static_cast<std::size_t>(sites.end() - at);
    const auto end = at + static_cast<std::ptrdiff_t>(std::min(most, rest));
    to.push_back(std::make_shared<const SiteBlock>(std::vector<SitePtr>(at, end)));
    at = end;
  }
}

// Both are in the order of the keys.
std::vector<SitePtr> merged(const std::vector<SitePtr>& sites,
                            std::span<const Sites::Change> changes) {
  std::vector<SitePtr> all;
  all.reserve(sites.size() + changes.size());
  auto site = sites.begin();
  for (const Sites::Change& change : changes) {
    while (site != sites.end() && (*site)->name < change.name) all.push_back(*site++);
    if (site != sites.end() && (*site)->name == change.name) ++site;
    if (change.site) all.push_back(change.site);
  }
  all.insert(all.end(), site, sites.end());
  return all;
}

}  // namespace

Sites::Sites(std::vector<Site> sites) : size_(sites.size()) {
  std::vector<SitePtr> shared;
  shared.reserve(sites.size());
  by_published_name_.reserve(sites.size());
  for (Site& site : sites) {
    shared.push_back(std::make_shared<const Site>(std::move(site)));
    publish(*shared.back());
  }
  if (shared.empty()) return;
  for (std::size_t at = 0; at < shared.size(); at += kUsual) {
    const auto begin = shared.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(kUsual, shared.size() - at));
    blocks_.push_back(std::make_shared<const SiteBlock>(std::vector<SitePtr>(begin, end)));
  }
}

Sites Sites::with(std::vector<Change> changes) const {
  if (changes.empty()) return *this;
  std::ranges::sort(changes, {}, &Change::name);
  Sites next;
  next.by_published_name_ = by_published_name_;
  next.size_ = size_;
  for (const Change& change : changes) {
    if (const Site* before = find(change.name)) next.take_back(*before);
  }
  for (const Change& change : changes) {
    if (change.site) next.publish(*change.site);
  }
  next.blocks_.reserve(blocks_.size() + 1);
  auto change = changes.begin();
  for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
    const auto after = block + 1;
    const auto end =
        after == blocks_.end()
            ? changes.end()
            : std::ranges::lower_bound(change, changes.end(), (*after)->sites().front()->name, {},
                                       &Change::name);
    if (change == end) {
      next.blocks_.push_back(*block);
    } else {
      add_blocks(merged((*block)->sites(), {change, end}), next.blocks_);
    }
    change = end;
  }
  if (blocks_.empty()) add_blocks(merged({}, changes), next.blocks_);
  next.size_ = 0;
  for (const SiteBlockPtr& block : next.blocks_) next.size_ += block->sites().size();
  return next;
}

Sites Sites::with_equal_to(const Sites& others) const {
  std::vector<Change> changes;
  Iterator now = others.begin();
  each_difference(*this, others, [&](const Site* before, const Site* after) {
    if (after == nullptr) return changes.push_back({before->name, nullptr});
    while (now->name != after->name) ++now;
    changes.push_back({after->name, now.shared()});
  });
  return with(std::move(changes));
}

Sites::Iterator Sites::begin() const { return {blocks_.begin(), 0}; }
Sites::Iterator Sites::end() const { return {blocks_.end(), 0}; }

const Site& Sites::operator[](std::size_t place) const {
  auto block = blocks_.begin();
  for (; place >= (*block)->sites().size(); ++block) place -= (*block)->sites().size();
  return *(*block)->sites()[place];
}

const Site& Sites::at(std::size_t place) const {
  if (place >= size_) throw std::out_of_range("no such site");
  return (*this)[place];
}

// The last one that does not begin behind the name.
Sites::Block Sites::block_of(std::string_view name) const {
  const auto behind = std::ranges::upper_bound(
      blocks_, name, {},
      [](const SiteBlockPtr& block) -> std::string_view { return block->sites().front()->name; });
  return behind == blocks_.begin() ? blocks_.end() : behind - 1;
}

const Site* Sites::find(std::string_view name) const {
  const Block block = block_of(name);
  if (block == blocks_.end()) return nullptr;
  const auto& sites = (*block)->sites();
  const auto found = std::ranges::lower_bound(
      sites, name, {}, [](const SitePtr& site) -> std::string_view { return site->name; });
  return found != sites.end() && (*found)->name == name ? found->get() : nullptr;
}

std::span<const Site* const> Sites::that_publish(const NamePattern& name) const {
  const auto* found = by_published_name_.find(name.text());
  return found == nullptr ? std::span<const Site* const>{} : std::span(*found);
}

void Sites::publish(const Site& site) {
  for (const NamePattern& name : site.names) {
    std::vector<const Site*>& all = by_published_name_.at(name.text());
    const auto place = std::ranges::lower_bound(all, site.name, {}, &Site::name);
    if (place == all.end() || *place != &site) all.insert(place, &site);
  }
}

void Sites::take_back(const Site& site) {
  for (const NamePattern& name : site.names) {
    const std::string key = name.text();
    if (by_published_name_.find(key) == nullptr) continue;  // it has the name twice
    std::vector<const Site*>& all = by_published_name_.at(key);
    std::erase(all, &site);
    if (all.empty()) by_published_name_.erase(key);
  }
}

bool operator==(const Sites& a, const Sites& b) {
  if (a.size_ != b.size_) return false;
  bool equal = true;
  Sites::each_difference(a, b, [&equal](const Site*, const Site*) { equal = false; });
  return equal;
}

}  // namespace gatehouse::config
