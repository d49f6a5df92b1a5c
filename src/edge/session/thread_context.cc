#include "edge/session/thread_context.h"

namespace gatehouse::edge {

ThreadContext::ThreadContext(io::Reactor& reactor_, io::Resolver& resolver, WorkerMetrics& metrics_,
                             AccessLogBuffer* access_log_, EventLog& events_,
                             std::uint64_t id_prefix)
    : reactor(reactor_),
      metrics(metrics_),
      access_log(access_log_),
      events(events_),
      upstreams(reactor_, resolver),
      id_prefix_(id_prefix) {}

std::string_view ThreadContext::date() {
  const WallTime now = reactor.clock().wall();
  const std::int64_t second =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second != date_second_) {
    date_ = http::format_http_date(now);
    date_second_ = second;
  }
  return {date_.data(), date_.size()};
}

RequestId ThreadContext::next_request_id() {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  RequestId id;
  // The count is spread over all digits, so that ids of one moment do not look alike.
  const std::uint64_t low = ++id_count_ * 0x9e3779b97f4a7c15ULL ^ id_prefix_;
  for (std::size_t i = 0; i < 16; ++i) {
    id[i] = kDigits[(id_prefix_ >> (60 - 4 * i)) & 15];
    id[16 + i] = kDigits[(low >> (60 - 4 * i)) & 15];
  }
  return id;
}

}  // namespace gatehouse::edge
