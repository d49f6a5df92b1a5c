#include "kv/thread_client.h"

#include <fmt/format.h>

namespace gatehouse::kv {

ThreadClient::ThreadClient(StoreThread& thread, io::Reactor& reactor)
    : thread_(thread), reactor_(reactor) {
  thread_.enter();
}

std::unexpected<Error> ThreadClient::gave_up(io::Wake wake, bool withdrawn) {
  const bool late = wake == io::Wake::timed_out;
  return fail_for_now(
      Fault::machine,
      fmt::format("{}, {}",
                  late ? "the store did not answer in time" : "a call of the store was given up",
                  withdrawn ? "and did not begin: nothing was changed, try again"
                            : "and whether it is carried out is not known: read before you try "
                              "again"),
      late ? ErrorKind::timed_out : ErrorKind::failed);
}

std::unexpected<Error> ThreadClient::too_many() {
  return fail_for_now(Fault::machine,
                      fmt::format("{} calls of the store wait already: nothing was changed, try "
                                  "again later",
                                  StoreThread::kMostWaiting));
}

}  // namespace gatehouse::kv
