#include "kv/change_feed.h"

#include "kv/store.h"

namespace gatehouse::kv {

void ChangeFeed::tell(Changes changes, Revision revision) {
  if (changes.empty()) return;
  revision_ = revision;
  auto transaction = std::make_shared<const Changes>(std::move(changes));
  std::erase_if(watchers_,
                [&](const auto& buffer) { return !WatchBuffer::add(buffer, transaction); });
  keep(std::move(transaction));
}

void ChangeFeed::lose_until(Revision revision) {
  for (const auto& buffer : watchers_) WatchBuffer::overflow(buffer);
  *this = ChangeFeed(revision);
}

// As much as one buffer takes: more could not be handed to anybody.
void ChangeFeed::keep(Transacted transaction) {
  count_ += transaction->size();
  size_ += size_of(*transaction);
  recent_.push_back(std::move(transaction));
  while (count_ > Watch::kMostBuffered || size_ > Watch::kLargestBuffered) {
    const Changes& oldest = *recent_.front();
    told_from_ = oldest.front().revision;
    count_ -= oldest.size();
    size_ -= size_of(oldest);
    recent_.pop_front();
  }
}

void ChangeFeed::join(std::shared_ptr<WatchBuffer> buffer, Revision since) {
  if (since < told_from_ || since > revision_) return WatchBuffer::overflow(buffer);
  for (const auto& transaction : recent_) {
    if (transaction->front().revision > since) WatchBuffer::add(buffer, transaction);
  }
  watchers_.push_back(std::move(buffer));
}

}  // namespace gatehouse::kv
