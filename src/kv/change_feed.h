#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "kv/watch_buffer.h"

namespace gatehouse::kv {

// Tells watchers what transactions changed, and keeps the newest transactions for who comes late.
// One thread.
class ChangeFeed {
 public:
  // What was changed up to `since` cannot be told any more.
  explicit ChangeFeed(Revision since) : told_from_(since), revision_(since) {}

  // Empty changes are no transaction.
  void tell(Changes changes, Revision revision);
  // From the first transaction after `since` on; a revision that is too old, or that the store has
  // not reached, overflows the buffer at once.
  void join(std::shared_ptr<WatchBuffer> buffer, Revision since);

  // Something was changed up to `revision` that nobody can be told: whoever watches lists again.
  void lose_until(Revision revision);

  std::size_t watchers() const { return watchers_.size(); }

 private:
  void keep(Transacted transaction);

  std::vector<std::shared_ptr<WatchBuffer>> watchers_;
  std::deque<Transacted> recent_;
  std::size_t count_ = 0;
  std::size_t size_ = 0;
  Revision told_from_;  // whoever has seen this one can be told everything since
  Revision revision_;
};

}  // namespace gatehouse::kv
