#pragma once

#include <functional>
#include <memory>

#include "base/event_log.h"
#include "certs/binding/name_index.h"
#include "kv/thread_client.h"

namespace gatehouse::control {

// The names of the store's certificates, as they are: it reads all of them once and follows the
// store from then on, so that whoever changes a certificate need tell nobody. Control thread, and
// gone before the store's thread is.
class StoredNames {
 public:
  StoredNames(kv::StoreThread& thread, kv::Store& store, io::Reactor& reactor, EventLog& events)
      : client_(thread, reactor), store_(store), events_(events) {}

  // Reads everything, in one walk on the store's thread. Errors: those of the store; an entry is
  // damaged.
  io::Task<Result<Ok>> read(io::Deadline deadline);
  // After read(), once: calls `changed` after each change, and does not look for the next one
  // before that has ended. Ends when it is cancelled. What was changed by commits that returned
  // before is in now() by the time at which the task that committed goes on.
  using Changed = std::function<io::Task<void>()>;
  io::Task<void> follow(Changed changed);

  // Never nullptr.
  const std::shared_ptr<const certs::NameIndex>& now() const { return now_; }

 private:
  io::Task<Result<Ok>> watch(const Changed& changed);
  void take(const kv::Changes& changes);

  kv::ThreadClient client_;
  kv::Store& store_;
  EventLog& events_;
  std::shared_ptr<const certs::NameIndex> now_ = std::make_shared<const certs::NameIndex>();
  kv::Revision revision_ = 0;
};

}  // namespace gatehouse::control
