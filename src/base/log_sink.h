#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/journal.h"
#include "base/result.h"

namespace gatehouse {

// Where log lines go: a file that it opened, or a descriptor of the process (stdout, stderr), of
// which it makes a description of its own where the kernel allows, so that O_NONBLOCK set here is
// not felt by other processes on the same pipe or terminal. Used by one thread at a time.
class LogSink {
 public:
  // Opens (creates with mode 0640) to append.
  static Result<LogSink> open_file(const std::string& path);
  // Each line as an entry of the journal; `path` is its socket. Only whole lines may be written.
  static LogSink to_journal(std::string_view path);
  // Borrows `fd` only during this call; -1 makes a sink that swallows everything.
  static LogSink on_descriptor(int fd);

  LogSink(LogSink&& other) noexcept;
  LogSink& operator=(LogSink&& other) noexcept;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  ~LogSink();

  struct Written {
    std::size_t bytes = 0;  // may be less than asked for
    int error = 0;          // errno that ended it; 0 with few bytes: nobody took them in time
  };
  // Writes what the other side takes within `patience`; zero never waits. A disk may make it wait
  // longer, as writes to files do. Never raises SIGPIPE on sockets; on pipes the process ignores
  // it.
  Written write(std::string_view bytes, std::chrono::milliseconds patience);

 private:
  enum class Kind { nowhere, file, stream, shared_stream, socket, journal };
  LogSink(Kind kind, int fd) : kind_(kind), fd_(fd) {}
  long write_some(std::string_view bytes);
  long write_entry(std::string_view line) const;
  bool wait_for_room(std::chrono::milliseconds patience) const;

  Kind kind_;
  int fd_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace gatehouse
