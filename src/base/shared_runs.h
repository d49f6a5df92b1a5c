#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gatehouse {

// Entries by a number that is spread evenly over 64 bits (`entry.place()`: a hash, something
// random); several may have the same. Costs little more than the entries themselves: they lie in
// short sorted runs. A copy shares all runs with what it was copied from, and a change of it copies
// one; what has been copied is not changed any more, so any thread may look into it. Lookups never
// allocate and never block.
template <class Entry>
class SharedRuns {
 public:
  SharedRuns() = default;
  // In one go, without slack.
  explicit SharedRuns(std::vector<Entry> entries) : size_(entries.size()) {
    std::ranges::sort(entries, {}, &Entry::place);
    const std::size_t runs = std::bit_ceil(std::max<std::size_t>(1, entries.size() / kFull));
    bits_ = std::countr_zero(runs);
    runs_.resize(runs);
    own_.assign(runs, false);
    auto from = entries.begin();
    for (std::size_t run = 0; run < runs; ++run) {
      const auto to = std::find_if(
          from, entries.end(), [&](const Entry& entry) { return run_of(entry.place()) != run; });
      if (from != to) runs_[run] = std::make_shared<Run>(from, to);
      from = to;
    }
  }
  SharedRuns(const SharedRuns& other)
      : runs_(other.runs_),
        own_(other.runs_.size(), false),
        bits_(other.bits_),
        size_(other.size_) {}
  SharedRuns(SharedRuns&& other) noexcept { swap(other); }
  SharedRuns& operator=(SharedRuns other) noexcept {
    swap(other);
    return *this;
  }
  ~SharedRuns() = default;

  std::size_t size() const { return size_; }

  // Every entry at this place, in no order.
  template <class See>
  void each(std::uint64_t place, const See& see) const {
    const Run* run = runs_.empty() ? nullptr : runs_[run_of(place)].get();
    if (run == nullptr) return;
    for (auto at = first_at(*run, place); at != run->end() && at->place() == place; ++at) see(*at);
  }

  void insert(Entry entry) {
    if (size_ >= runs_.size() * kFull) grow();
    Run& run = own(run_of(entry.place()));
    run.insert(first_at(run, entry.place()), std::move(entry));
    ++size_;
  }

  // Those at this place for which `which` says so. Returns how many there were.
  template <class Which>
  std::size_t erase(std::uint64_t place, const Which& which) {
    bool any = false;
    each(place, [&](const Entry& entry) { any = any || which(entry); });
    if (!any) return 0;
    const std::size_t erased = std::erase_if(own(run_of(place)), [&](const Entry& entry) {
      return entry.place() == place && which(entry);
    });
    size_ -= erased;
    return erased;
  }

 private:
  using Run = std::vector<Entry>;
  // Between a quarter of it and all: a change copies one run, and a pointer for each of the others.
  static constexpr std::size_t kFull = 64;
  static constexpr int kGrowthBits = 2;

  // The leading bits, so that runs follow each other as their entries do.
  std::size_t run_of(std::uint64_t place) const {
    return bits_ == 0 ? 0 : static_cast<std::size_t>(place >> (64 - bits_));
  }

  template <class Entries>
  static auto first_at(Entries& run, std::uint64_t place) {
    return std::ranges::lower_bound(run, place, {}, &Entry::place);
  }

  // To be changed: a copy, unless nobody else can have it.
  Run& own(std::size_t index) {
    std::shared_ptr<Run>& run = runs_[index];
    if (!own_[index]) run = run ? std::make_shared<Run>(*run) : std::make_shared<Run>();
    own_[index] = true;
    return *run;
  }

  void grow() {
    SharedRuns larger;
    larger.bits_ = runs_.empty() ? 0 : bits_ + kGrowthBits;
    larger.size_ = size_;
    larger.runs_.resize(std::size_t{1} << larger.bits_);
    larger.own_.assign(larger.runs_.size(), false);
    for (const auto& run : runs_) {
      if (!run) continue;
      for (const Entry& entry : *run) larger.own(larger.run_of(entry.place())).push_back(entry);
    }
    swap(larger);
  }

  void swap(SharedRuns& other) noexcept {
    std::swap(runs_, other.runs_);
    std::swap(own_, other.own_);
    std::swap(bits_, other.bits_);
    std::swap(size_, other.size_);
  }

  std::vector<std::shared_ptr<Run>> runs_;
  std::vector<bool> own_;  // which of them no copy has
  int bits_ = 0;           // there are so many runs as a power of two
  std::size_t size_ = 0;
};

}  // namespace gatehouse
