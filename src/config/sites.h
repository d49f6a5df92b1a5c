#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/shared_table.h"
#include "config/site_block.h"

namespace gatehouse::config {

// All sites of a configuration, in the lexical order of their keys, each once. Immutable: the next
// state is made of this one and shares all that it does not change, so that one change among ten
// thousand sites costs what one site costs.
class Sites {
 public:
  class Iterator;
  using value_type = Site;
  using const_iterator = Iterator;
  using iterator = Iterator;

  Sites() = default;
  // `sites` are in the order of their keys.
  explicit Sites(std::vector<Site> sites);

  // What one key becomes; nullptr: there is no such site any more.
  struct Change {
    std::string name;
    SitePtr site;
  };
  // This with the changes, of which each key has one at most.
  Sites with(std::vector<Change> changes) const;
  // The same sites as `others`, but shared with this where they are equal.
  Sites with_equal_to(const Sites& others) const;

  Iterator begin() const;
  Iterator end() const;
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Site& operator[](std::size_t place) const;
  const Site& at(std::size_t place) const;

  // By its key; nullptr: there is none.
  const Site* find(std::string_view name) const;
  // Those that publish the name, enabled or not, in the order of their keys.
  std::span<const Site* const> that_publish(const NamePattern& name) const;
  // What they are together.
  const std::vector<SiteBlockPtr>& blocks() const { return blocks_; }

  // What differs, in the order of the keys: `see(before, after)`, where one of the two may be
  // nullptr. What both share costs nothing.
  template <class See>
  static void each_difference(const Sites& before, const Sites& after, const See& see);

  friend bool operator==(const Sites& a, const Sites& b);

 private:
  using Block = std::vector<SiteBlockPtr>::const_iterator;
  Block block_of(std::string_view name) const;
  void publish(const Site& site);
  void take_back(const Site& site);

  std::vector<SiteBlockPtr> blocks_;  // none is empty
  SharedTable<std::vector<const Site*>> by_published_name_;
  std::size_t size_ = 0;
};

class Sites::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = Site;
  using difference_type = std::ptrdiff_t;
  using pointer = const Site*;
  using reference = const Site&;

  Iterator() = default;
  Iterator(Block block, std::size_t place) : block_(block), place_(place) {}
  reference operator*() const { return *(*block_)->sites()[place_]; }
  pointer operator->() const { return &**this; }
  Iterator& operator++() {
    if (++place_ < (*block_)->sites().size()) return *this;
    ++block_;
    place_ = 0;
    return *this;
  }
  Iterator operator++(int) {
    Iterator old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const Iterator&, const Iterator&) = default;

  // The whole block, if this is its first.
  const SiteBlock* whole_block() const { return place_ == 0 ? block_->get() : nullptr; }
  void skip_block() { ++block_; }
  const SitePtr& shared() const { return (*block_)->sites()[place_]; }

 private:
  Block block_;
  std::size_t place_ = 0;
};

template <class See>
void Sites::each_difference(const Sites& before, const Sites& after, const See& see) {
  Iterator then = before.begin();
  Iterator now = after.begin();
  while (then != before.end() || now != after.end()) {
    if (now == after.end() || (then != before.end() && then->name < now->name)) {
      see(&*then++, static_cast<const Site*>(nullptr));
    } else if (then == before.end() || now->name < then->name) {
      see(static_cast<const Site*>(nullptr), &*now++);
    } else if (then.whole_block() != nullptr && then.whole_block() == now.whole_block()) {
      then.skip_block();
      now.skip_block();
    } else {
      if (&*then != &*now && *then != *now) see(&*then, &*now);
      ++then;
      ++now;
    }
  }
}

}  // namespace gatehouse::config
