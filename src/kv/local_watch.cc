#include "kv/local_watch.h"

namespace gatehouse::kv {

io::Task<Result<Heard>> LocalWatch::next(io::Deadline deadline) {
  for (;;) {
    if (auto heard = buffer_->take()) co_return std::move(*heard);
    switch (co_await buffer_->news().wait(deadline)) {
      case io::Wake::ready: break;
      case io::Wake::timed_out: co_return Heard(Changes{});
      case io::Wake::cancelled:
        co_return fail_for_now(Fault::ours, "watching the store was given up: watch anew");
    }
  }
}

}  // namespace gatehouse::kv
