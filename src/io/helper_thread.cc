#include "io/helper_thread.h"

namespace gatehouse::io {

HelperThread::HelperThread() : thread_([this] { serve(); }) {}

HelperThread::~HelperThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

bool HelperThread::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kMostWaiting) return false;
    jobs_.push_back(std::move(job));
  }
  work_.notify_one();
  return true;
}

void HelperThread::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds is gone without the lock
    lock.lock();
  }
}

std::unexpected<Error> HelperThread::busy() {
  return fail_for_now(
      Fault::machine,
      "Too many keys and files are being worked on: nothing was changed, try again.",
      ErrorKind::conflict);
}

std::unexpected<Error> HelperThread::given_up(Wake wake) {
  return fail_for_now(
      Fault::machine,
      "Making a key or opening a file took too long: nothing was changed, try again.",
      wake == Wake::timed_out ? ErrorKind::timed_out : ErrorKind::failed);
}

}  // namespace gatehouse::io
