#include "kv/store_thread.h"

#include <cstdlib>
#include <future>
#include <pthread.h>
#include <sched.h>

#include "kv/thread_store.h"

namespace gatehouse::kv {

Result<std::unique_ptr<StoreThread>> StoreThread::start(std::unique_ptr<Engine> engine,
                                                        const Clock& clock) {
  auto ledger = Ledger::make(std::move(engine), clock);
  if (!ledger) return pass_on(ledger);
  return std::unique_ptr<StoreThread>(new StoreThread(std::move(*ledger), clock));
}

StoreThread::StoreThread(std::unique_ptr<Ledger> ledger, const Clock& clock)
    : ledger_(std::move(ledger)), clock_(clock), thread_([this] { serve(); }) {}

StoreThread::~StoreThread() {
  {
    const std::lock_guard lock(mutex_);
    if (clients_ != 0)
      std::abort();  // a client outlives what it borrows: nothing after this is sane
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

std::unique_ptr<Store> StoreThread::store(io::Reactor& reactor) {
  return std::make_unique<ThreadStore>(*this, reactor);
}

void StoreThread::enter() {
  const std::lock_guard lock(mutex_);
  ++clients_;
}

bool StoreThread::submit(const ThreadClient& owner, Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kMostWaiting) return false;
    jobs_.push_back({&owner, std::move(work)});
  }
  work_.notify_one();
  return true;
}

void StoreThread::stand_back() {
  (void)carry_out([](Ledger& ledger) {
    ledger.stand_back();
    return Result<Ok>(Ok{});
  });
}

Result<Ok> StoreThread::come_back() {
  return carry_out([](Ledger& ledger) { return ledger.come_back(); });
}

Result<Ok> StoreThread::carry_out(std::move_only_function<Result<Ok>(Ledger& ledger)> work) {
  std::promise<Result<Ok>> done;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({nullptr, [&](Ledger& ledger) { done.set_value(work(ledger)); }});
  }
  work_.notify_one();
  return done.get_future().get();
}

void StoreThread::leave(const ThreadClient& owner) {
  std::deque<Job> dropped;  // destroyed without the lock
  std::unique_lock lock(mutex_);
  std::erase_if(jobs_, [&](Job& job) {
    if (job.owner != &owner) return false;
    dropped.push_back(std::move(job));
    return true;
  });
  idle_.wait(lock, [&] { return served_ != &owner; });
  --clients_;
}

// Waking up, it does not push a reactor off its CPU in the middle of a pass: the reactor goes on,
// and all that it asked for is served in one go.
void StoreThread::give_way() {
  const sched_param no_priority{};
  (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &no_priority);
}

void StoreThread::serve() {
  give_way();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (jobs_.empty()) {
      wait_for_work(lock);
    } else {
      run_next(lock);
    }
  }
  lock.unlock();
  if (ledger_->engine().untidy()) ledger_->engine().tidy();
}

// Nobody waits for an answer: this is the time for leases and for tidying up.
void StoreThread::wait_for_work(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  ledger_->end_due_leases();
  const bool untidy = ledger_->engine().untidy();
  if (untidy) ledger_->engine().tidy();
  const bool still_untidy = untidy && ledger_->engine().untidy();
  const auto due = ledger_->next_due();
  lock.lock();
  const auto awake = [this] { return stopping_ || !jobs_.empty(); };
  constexpr std::chrono::seconds kTidyAgain{1};
  auto longest = due ? *due - clock_.steady() : SteadyTime::duration::max();
  if (still_untidy) longest = std::min<SteadyTime::duration>(longest, kTidyAgain);
  if (longest == SteadyTime::duration::max()) {
    work_.wait(lock, awake);
  } else {
    work_.wait_for(lock, longest, awake);
  }
}

void StoreThread::run_next(std::unique_lock<std::mutex>& lock) {
  {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    served_ = job.owner;
    lock.unlock();
    job.work(*ledger_);
  }  // what the job held is gone before its owner may go
  lock.lock();
  served_ = nullptr;
  idle_.notify_all();
}

}  // namespace gatehouse::kv
