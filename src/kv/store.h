#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/task.h"
#include "io/wait.h"
#include "kv/entry.h"
#include "kv/transaction.h"

namespace gatehouse::kv {

// One watcher's view of the changes below a prefix. It belongs to the reactor of its store and is
// destroyed before both; who is too slow costs only a bounded buffer.
class Watch {
 public:
  static constexpr std::size_t kMostBuffered = 1024;                     // changes
  static constexpr std::size_t kLargestBuffered = std::size_t{4} << 20;  // bytes

  virtual ~Watch() = default;
  // Waits for the next changes. After ListAgain there is nothing more to hear. One task at a time.
  // Errors: timed_out never (the answer is empty then); the scope was cancelled.
  virtual io::Task<Result<Heard>> next(io::Deadline deadline) = 0;
};

// The port to what the program keeps: keys and values, changed by transactions, with leases and
// watchers. A store object serves the tasks of one reactor; several objects may share what is kept.
// Calls suspend and never block. They end by their deadline; the error of a call that ended so
// (ErrorKind::timed_out) or by cancellation says whether it may still happen. The tasks of its
// calls end before the object does.
//
// What every implementation promises, and testing/conformance.h checks:
//  - A transaction happens as a whole or not at all, and is durable before commit() returns.
//  - Who reads after a commit returned sees it.
//  - Each transaction that changes something raises the revision by at least one; a lease's end is
//    such a transaction.
//  - A commit that failed for another reason than a conflict changed nothing unless the error says
//    that it may have; read again before doing it again.
class Store {
 public:
  virtual ~Store() = default;

  // Nothing when the key is absent.
  virtual io::Task<Result<std::optional<Entry>>> get(std::string key, io::Deadline deadline) = 0;
  // At most request.limit entries (1 to kLongestPage) and about kLargestPage bytes.
  virtual io::Task<Result<Page>> list(ListRequest request, io::Deadline deadline) = 0;
  // Errors: `invalid`: larger than the limits; `not_found`: a lease that it names has ended.
  virtual io::Task<Result<Outcome>> commit(Transaction transaction, io::Deadline deadline) = 0;

  // A lease that ends `duration` after now unless it is kept alive; a store that starts anew gives
  // every lease its whole duration again.
  virtual io::Task<Result<Lease>> grant(std::chrono::seconds duration, io::Deadline deadline) = 0;
  // Its whole duration from now. Errors: not_found, it has ended.
  virtual io::Task<Result<Ok>> keep_alive(Lease lease, io::Deadline deadline) = 0;
  // Ends it now, with its keys. Errors: not_found, it has ended before.
  virtual io::Task<Result<Ok>> revoke(Lease lease, io::Deadline deadline) = 0;

  // Changes of keys that start with `prefix`, from the first after `since` on, which is the
  // revision of a commit or a list.
  virtual io::Task<Result<std::unique_ptr<Watch>>> watch(std::string prefix, Revision since,
                                                         io::Deadline deadline) = 0;
};

}  // namespace gatehouse::kv
