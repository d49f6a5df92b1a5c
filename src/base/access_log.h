#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/event_log.h"
#include "base/log_sink.h"
#include "base/result.h"

namespace gatehouse {

// One handled request; everything is borrowed for the call of append(). What is not known (a
// request that never had a full head: 400, 408) stays empty or zero. Header fields are not here on
// purpose: Authorization, Cookie and Set-Cookie cannot be logged by accident.
struct AccessRecord {
  struct Tls {
    bool resumed = false;
    std::uint16_t version = 0;       // as on the wire: 0x0304
    std::uint16_t cipher_suite = 0;  // IANA number
    std::string_view proto;          // ALPN
    std::string_view server_name;
    std::string_view group;
  };
  struct Upstream {
    std::string_view addr;
    int status = 0;  // 0: it gave none
    std::chrono::nanoseconds duration{};
    bool reused = false;
  };

  WallTime time;               // when it was done
  std::string_view remote_ip;  // the peer of the socket
  std::uint16_t remote_port = 0;
  std::string_view client_ip;  // as trusted proxies tell; empty: the peer
  std::string_view proto;      // HTTP/1.1
  std::string_view method;
  std::string_view host;
  std::string_view uri;  // with its query
  std::string_view user_agent;
  std::optional<Tls> tls;
  std::uint64_t bytes_read = 0;  // of the request's body
  std::chrono::nanoseconds duration{};
  std::uint64_t size = 0;  // of the response's body, as sent
  int status = 0;
  std::optional<Upstream> upstream;
  std::string_view request_id;
  std::string_view error;  // why it did not end as it should; empty when it did
};

// The longest line that write_access_line() makes; longer values are cut and end in "...".
inline constexpr std::size_t kLongestAccessLine = 63 * 1024;

// Writes one JSON line with Caddy's field names and a newline to `out`, which has
// kLongestAccessLine bytes; returns the end. Never allocates.
char* write_access_line(char* out, const AccessRecord& record);

class AccessLog;

// The access log as one thread sees it. append() never waits, takes no lock and makes no system
// call but the rare wake-up of the writer; when the writer is behind by eight buffers the line is
// dropped and counted.
class AccessLogBuffer {
 public:
  explicit AccessLogBuffer(AccessLog& log);
  AccessLogBuffer(const AccessLogBuffer&) = delete;
  AccessLogBuffer& operator=(const AccessLogBuffer&) = delete;
  ~AccessLogBuffer();

  // The owning thread only.
  void append(const AccessRecord& record);

  // Any thread.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  friend class AccessLog;
  struct Chunk;
  static constexpr std::size_t kChunks = 8;

  bool next_chunk();

  AccessLog& log_;
  std::array<std::unique_ptr<Chunk>, kChunks> chunks_;  // a ring, made when first needed
  std::atomic<std::uint64_t> filling_{0};               // number of the chunk that is written to
  std::atomic<std::uint64_t> drained_{0};               // chunks below are empty again
  Chunk* current_ = nullptr;
  std::atomic<std::uint64_t> dropped_{0};
};

struct AccessLogTarget {
  enum class Kind { off, standard_output, file };
  Kind kind = Kind::off;
  std::string path;

  // `off`, `-` or a path.
  static AccessLogTarget parse(std::string_view text);
};

// Owns the destination and the one thread that writes to it. Lines appear at the latest after
// kLinger, or when 64 KiB have come together. It outlives its users' threads.
class AccessLog {
 public:
  static constexpr std::chrono::milliseconds kLinger{250};

  static Result<std::unique_ptr<AccessLog>> open(const AccessLogTarget& target, EventLog& events);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  // Writes what is there, for at most two seconds.
  ~AccessLog();

  // One for each thread that logs; the log owns it. Any thread, before that thread appends.
  AccessLogBuffer& new_buffer();

  bool on() const { return target_.kind != AccessLogTarget::Kind::off; }
  // Opens the file anew after what was logged before is in the old one (logrotate). Any thread;
  // does not wait. When the file cannot be opened the old one stays and the event log tells.
  void reopen();
  // Lines that were lost, of all threads.
  std::uint64_t dropped() const;

 private:
  friend class AccessLogBuffer;
  // What the writer waits for; appenders wake it only if it waits for what they did.
  enum class Waits : std::uint8_t { not_at_all, for_full_chunk, for_any_line };

  AccessLog(AccessLogTarget target, LogSink sink, EventLog& events);
  void wake(Waits if_it_waits);
  void run();
  bool drain_all();
  bool drain(AccessLogBuffer& buffer);
  bool write_out(AccessLogBuffer& buffer, std::string_view lines);
  void reopen_now();
  void tell_of_dropped();
  bool something_to_do(Waits how);
  void wait(Waits how, int timeout_ms);

  const AccessLogTarget target_;
  EventLog& events_;
  LogSink sink_;
  int wake_fd_;
  std::atomic<Waits> waits_{Waits::not_at_all};
  std::atomic<bool> stop_{false};
  std::atomic<bool> reopen_{false};
  mutable std::mutex buffers_mutex_;  // new_buffer() and the writer; never an appender
  std::vector<std::unique_ptr<AccessLogBuffer>> buffers_;
  std::uint64_t dropped_told_ = 0;
  std::thread writer_;
};

}  // namespace gatehouse
