#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/access_log.h"

namespace gatehouse {

// The access log of a program whose configuration changes: the one in use, and those of before
// until the last thread has left them and their lines are written. One thread (the control
// thread's), but for what says otherwise.
class AccessLogs {
 public:
  explicit AccessLogs(EventLog& events) : events_(events) {}
  AccessLogs(const AccessLogs&) = delete;
  AccessLogs& operator=(const AccessLogs&) = delete;

  // The one in use, if that is where it goes, or a new one that nobody logs to yet. Who logs to it
  // holds it; dropped, it is forgotten. Errors: those of AccessLog::open.
  Result<std::shared_ptr<AccessLog>> prepare(const AccessLogTarget& target);
  // In use from now on: one of prepare().
  void use(std::shared_ptr<AccessLog> log);
  // nullptr before the first use().
  const std::shared_ptr<AccessLog>& in_use() const { return in_use_; }
  // Ends those that nobody holds any more. Does not wait: they write what they have by themselves,
  // and are gone at a later call.
  void sweep();

  void reopen();
  // Those that are open: the one in use, and those that are not at their end.
  std::size_t open() const { return all_.size(); }
  // Lines that were lost, by all that there were. Any thread.
  std::uint64_t dropped() const;

 private:
  EventLog& events_;
  std::shared_ptr<AccessLog> in_use_;
  mutable std::mutex mutex_;  // for all_ and dropped_by_gone_
  std::vector<std::shared_ptr<AccessLog>> all_;
  std::uint64_t dropped_by_gone_ = 0;
};

}  // namespace gatehouse
