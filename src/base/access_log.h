#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/access_record.h"
#include "base/counters.h"
#include "base/event_log.h"
#include "base/log_sink.h"
#include "base/result.h"

namespace gatehouse {

class AccessLog;

// The access log as one thread sees it. append() never waits, takes no lock and makes no system
// call but the rare wake-up of the writer; when the writer is behind by sixteen buffers of 64 KiB
// the line is dropped and counted.
class AccessLogBuffer {
 public:
  explicit AccessLogBuffer(AccessLog& log);
  AccessLogBuffer(const AccessLogBuffer&) = delete;
  AccessLogBuffer& operator=(const AccessLogBuffer&) = delete;
  ~AccessLogBuffer();

  // The owning thread only.
  void append(const AccessRecord& record);

  // Any thread.
  std::uint64_t dropped() const { return dropped_.value(); }

 private:
  friend class AccessLog;
  struct Chunk;
  static constexpr std::size_t kChunks = 16;

  // The owning thread.
  bool make_room(std::size_t bytes);
  bool start_chunk();
  Chunk* free_chunk();

  // The writer. Full chunks only, or what there is.
  bool has_full_chunk() const;
  bool has_any_line() const;

  AccessLog& log_;
  Chunk* current_ = nullptr;
  std::vector<std::unique_ptr<Chunk>> made_;
  std::vector<Chunk*> free_;  // the latest one back is taken first: it is still in the cache
  std::uint64_t reclaimed_ = 0;
  Counter dropped_;

  // Chunks are numbered as they are started; those from drained_ on are the writer's to read, the
  // latest of them is still being filled. order_[number % kChunks] says which one it is.
  std::array<Chunk*, kChunks> order_{};
  std::atomic<std::uint64_t> started_{0};
  std::atomic<std::uint64_t> drained_{0};
};

struct AccessLogTarget {
  enum class Kind { off, standard_output, file, journal };
  Kind kind = Kind::off;
  std::string path;

  // `none`, `-`, `journal` or a path.
  static AccessLogTarget parse(std::string_view text);
  friend bool operator==(const AccessLogTarget&, const AccessLogTarget&) = default;
};

// Owns the destination and the one thread that writes to it, which sleeps while nobody logs. Lines
// appear at the latest after kLinger, or when 64 KiB have come together. A destination that takes
// nothing (full disk, a reader that stalls) is tried again; meanwhile lines are kept, then dropped.
// Outlives the threads that log.
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

  const AccessLogTarget& target() const { return target_; }
  bool on() const { return target_.kind != AccessLogTarget::Kind::off; }
  // Opens the file anew after what was logged before is in the old one (logrotate). Any thread;
  // does not wait. When the file cannot be opened the old one stays and the event log tells.
  void reopen();
  // Writes what is there, for at most two seconds, closes the destination, and is ended() then; no
  // thread may log any more. Any thread; does not wait.
  void end();
  bool ended() const { return ended_.load(); }
  // Lines that were lost, of all threads. Any thread.
  std::uint64_t dropped() const;

 private:
  friend class AccessLogBuffer;
  // What the writer waits for; who appends wakes it only for that.
  enum class Waits : std::uint8_t { not_at_all, for_full_chunk, for_any_line };
  enum class Drain { full_chunks, everything };
  enum class Progress { none, some, stuck, failed };  // the worst counts

  AccessLog(AccessLogTarget target, LogSink sink, int wake_fd, EventLog& events);
  void start();
  void wake(Waits if_it_waits);
  void ring();

  // The writer.
  void run();
  void run_once();
  void finish();
  std::vector<AccessLogBuffer*> buffers() const;
  Progress drain_all(Drain what, std::chrono::milliseconds patience);
  Progress drain(AccessLogBuffer& buffer, Drain what, std::chrono::milliseconds patience);
  Progress write_out(AccessLogBuffer::Chunk& chunk, std::chrono::milliseconds patience);
  void give_up(AccessLogBuffer& buffer);
  void discard(AccessLogBuffer::Chunk& chunk);
  void reopen_now();
  void tell_of_dropped();
  void wait(Waits how, std::chrono::milliseconds at_most);
  bool has_work(Waits how) const;

  const AccessLogTarget target_;
  EventLog& events_;
  LogSink sink_;
  const int wake_fd_;
  std::atomic<Waits> waits_{Waits::not_at_all};
  std::atomic<bool> stop_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> reopen_{false};
  mutable std::mutex buffers_mutex_;  // never taken by who appends
  std::vector<std::unique_ptr<AccessLogBuffer>> buffers_;
  Counter lost_;  // by the writer
  std::uint64_t dropped_told_ = 0;
  std::chrono::steady_clock::time_point drained_everything_{};
  std::thread writer_;
};

}  // namespace gatehouse
