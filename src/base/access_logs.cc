#include "base/access_logs.h"

#include <algorithm>

namespace gatehouse {

Result<std::shared_ptr<AccessLog>> AccessLogs::prepare(const AccessLogTarget& target) {
  if (in_use_ && in_use_->target() == target) return in_use_;
  auto opened = AccessLog::open(target, events_);
  if (!opened) return pass_on(opened);
  std::shared_ptr<AccessLog> log = std::move(*opened);
  const std::lock_guard lock(mutex_);
  all_.push_back(log);
  return log;
}

void AccessLogs::use(std::shared_ptr<AccessLog> log) {
  in_use_ = std::move(log);
  sweep();
}

void AccessLogs::sweep() {
  const std::lock_guard lock(mutex_);
  std::erase_if(all_, [this](const std::shared_ptr<AccessLog>& log) {
    // One that only we have stays so: nobody is left who could share it.
    if (log.use_count() > 1) return false;
    log->end();
    if (!log->ended()) return false;
    dropped_by_gone_ += log->dropped();
    return true;
  });
}

void AccessLogs::reopen() {
  if (in_use_) in_use_->reopen();
}

std::uint64_t AccessLogs::dropped() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = dropped_by_gone_;
  for (const auto& log : all_) sum += log->dropped();
  return sum;
}

}  // namespace gatehouse
