#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse {

// Maps texts to values. A copy costs a fraction of a pointer for each entry, and shares with what
// it was copied from all that is not changed later: the next state of a large table is a copy of it
// with some entries set. What has been copied is not changed any more, so any thread may look
// things up in it. Lookups never allocate and never block.
template <class Value>
class SharedTable {
 public:
  SharedTable() = default;
  SharedTable(const SharedTable& other)
      : shards_(other.shards_), own_(other.shards_.size(), false), size_(other.size_) {}
  SharedTable(SharedTable&& other) noexcept
      : shards_(std::exchange(other.shards_, {})),
        own_(std::exchange(other.own_, {})),
        size_(std::exchange(other.size_, 0)) {}
  SharedTable& operator=(SharedTable other) noexcept {
    std::swap(shards_, other.shards_);
    std::swap(own_, other.own_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SharedTable() = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // nullptr: it has no entry. Until the table changes.
  const Value* find(std::string_view key) const {
    if (shards_.empty()) return nullptr;
    const std::size_t hash = Hash{}(key);
    const Shard* shard = shards_[place(hash)].get();
    const Entry* entry = shard == nullptr ? nullptr : find(*shard, hash, key);
    return entry == nullptr ? nullptr : &entry->value;
  }

  void set(std::string_view key, Value value) { at(key) = std::move(value); }

  // The value of the key, to be changed; made where there is none. Until the table changes.
  Value& at(std::string_view key) {
    if (size_ >= shards_.size() * kFull) grow();
    const std::size_t hash = Hash{}(key);
    Shard& shard = own(place(hash));
    if (Entry* entry = find(shard, hash, key)) return entry->value;
    ++size_;
    return shard.emplace_back(Entry{hash, std::string(key), Value{}}).value;
  }

  void erase(std::string_view key) {
    if (find(key) == nullptr) return;
    const std::size_t hash = Hash{}(key);
    Shard& shard = own(place(hash));
    Entry* entry = find(shard, hash, key);
    if (entry != &shard.back()) *entry = std::move(shard.back());
    shard.pop_back();
    --size_;
  }

  void reserve(std::size_t entries) {
    while (shards_.size() * kFull < entries) grow();
  }

  // In no order.
  template <class See>
  void each(const See& see) const {
    for (const auto& shard : shards_) {
      if (!shard) continue;
      for (const Entry& entry : *shard) see(std::string_view(entry.key), entry.value);
    }
  }

 private:
  using Hash = std::hash<std::string_view>;
  struct Entry {
    std::size_t hash;
    std::string key;
    Value value;
  };
  using Shard = std::vector<Entry>;
  // A change copies one shard and a pointer for each of the others: between 1 and 4 entries in each
  // keep both small, and a lookup as short as in a table of chains.
  static constexpr std::size_t kFull = 4;
  static constexpr std::size_t kGrowth = 4;

  std::size_t place(std::size_t hash) const { return hash & (shards_.size() - 1); }

  template <class Entries>
  static auto find(Entries& shard, std::size_t hash, std::string_view key)
      -> decltype(shard.data()) {
    for (auto& entry : shard) {
      if (entry.hash == hash && entry.key == key) return &entry;
    }
    return nullptr;
  }

  // To be changed: a copy, unless nobody else can have it.
  Shard& own(std::size_t place) {
    std::shared_ptr<Shard>& shard = shards_[place];
    if (!own_[place]) shard = shard ? std::make_shared<Shard>(*shard) : std::make_shared<Shard>();
    own_[place] = true;
    return *shard;
  }

  void grow() {
    SharedTable larger;
    const std::size_t shards = shards_.empty() ? kGrowth : shards_.size() * kGrowth;
    larger.shards_.resize(shards);
    larger.own_.resize(shards);
    larger.size_ = size_;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      if (!shards_[i]) continue;
      for (Entry& entry : *shards_[i]) {
        Shard& to = larger.own(larger.place(entry.hash));
        own_[i] ? to.push_back(std::move(entry)) : to.push_back(entry);
      }
    }
    *this = std::move(larger);
  }

  std::vector<std::shared_ptr<Shard>> shards_;  // as many as a power of two
  std::vector<bool> own_;                       // which of them no copy has
  std::size_t size_ = 0;
};

}  // namespace gatehouse
