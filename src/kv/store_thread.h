#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "io/reactor.h"
#include "kv/ledger.h"
#include "kv/store.h"

namespace gatehouse::kv {

class ThreadClient;

// The one thread that works on an engine, so that no reactor waits for the disk. Calls are served
// in the order of their arrival and answered by a post to the reactor that asked.
class StoreThread {
 public:
  // Calls that wait at once; one more is refused for now.
  static constexpr std::size_t kMostWaiting = 16384;

  // Reads the engine's leases before it starts the thread. The clock outlives it.
  static Result<std::unique_ptr<StoreThread>> start(std::unique_ptr<Engine> engine,
                                                    const Clock& clock);
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;
  // Every store() and every ThreadClient is gone before. Tidies up and waits for the thread's end.
  ~StoreThread();

  // See Engine: for a program that another one takes over from, and that serves meanwhile. Block
  // until the thread has come to it.
  void stand_back();
  Result<Ok> come_back();

  // For the tasks of one reactor; see ThreadClient.
  std::unique_ptr<Store> store(io::Reactor& reactor);

 private:
  friend class ThreadClient;
  using Work = std::move_only_function<void(Ledger& ledger)>;
  struct Job {
    const ThreadClient* owner;  // nullptr: somebody who waits for it
    Work work;
  };

  StoreThread(std::unique_ptr<Ledger> ledger, const Clock& clock);
  void enter();
  bool submit(const ThreadClient& owner, Work work);
  Result<Ok> carry_out(std::move_only_function<Result<Ok>(Ledger& ledger)> work);
  void leave(const ThreadClient& owner);
  static void give_way();
  void serve();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void run_next(std::unique_lock<std::mutex>& lock);

  std::unique_ptr<Ledger> ledger_;  // of the thread, once it runs
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  std::deque<Job> jobs_;
  const ThreadClient* served_ = nullptr;
  std::size_t clients_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::kv
