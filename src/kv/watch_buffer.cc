#include "kv/watch_buffer.h"

#include <algorithm>

#include "kv/store.h"

namespace gatehouse::kv {

std::size_t size_of(const Changes& changes) {
  std::size_t size = 0;
  for (const auto& change : changes) {
    size += change.key.size() + (change.value ? change.value->size() : 0);
  }
  return size;
}

bool WatchBuffer::concerns(const Changes& changes) const {
  return std::ranges::any_of(
      changes, [this](const Change& change) { return change.key.starts_with(prefix_); });
}

bool WatchBuffer::add(const std::shared_ptr<WatchBuffer>& buffer, const Transacted& transaction) {
  const std::lock_guard lock(buffer->mutex_);
  if (buffer->closed_) return false;
  if (buffer->overflowed_ || !buffer->concerns(*transaction)) return true;
  buffer->keep(transaction);
  ring(buffer);
  return true;
}

void WatchBuffer::overflow(const std::shared_ptr<WatchBuffer>& buffer) {
  const std::lock_guard lock(buffer->mutex_);
  if (buffer->closed_) return;
  buffer->give_up();
  ring(buffer);
}

// A transaction counts as a whole, because all of it stays in memory while a part of it is wanted.
void WatchBuffer::keep(const Transacted& transaction) {
  count_ += transaction->size();
  size_ += size_of(*transaction);
  if (count_ > Watch::kMostBuffered || size_ > Watch::kLargestBuffered) return give_up();
  kept_.push_back(transaction);
}

void WatchBuffer::give_up() {
  kept_.clear();
  overflowed_ = true;
}

// One notice at a time, whatever the number of changes: a reactor that is busy elsewhere does not
// collect them.
void WatchBuffer::ring(const std::shared_ptr<WatchBuffer>& buffer) {
  if (buffer->rung_) return;
  buffer->rung_ = true;
  buffer->reactor_.post([buffer] {
    {
      const std::lock_guard lock(buffer->mutex_);
      buffer->rung_ = false;
    }
    buffer->news_.notify_all();
  });
}

std::optional<Heard> WatchBuffer::take() {
  std::deque<Transacted> taken;
  {
    const std::lock_guard lock(mutex_);
    if (overflowed_) return ListAgain{};
    if (kept_.empty()) return std::nullopt;
    taken.swap(kept_);
    count_ = size_ = 0;
  }
  Changes heard;
  for (const auto& transaction : taken) {
    for (const auto& change : *transaction) {
      if (change.key.starts_with(prefix_)) heard.push_back(change);
    }
  }
  return heard;
}

void WatchBuffer::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  kept_.clear();
}

}  // namespace gatehouse::kv
