#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"
#include "io/task.h"
#include "io/wait.h"

namespace gatehouse::io {

class Socket;

enum class IoStatus : unsigned char {
  ok,           // some bytes moved
  would_block,  // nothing (more) moves now: wait for the socket
  closed,       // the peer has ended its side in order
  failed,       // the stream is broken
};

struct IoResult {
  IoStatus status;
  std::size_t bytes = 0;
};

// What follows the bytes of a write: more of the same wake-up (they may wait in the stream), a wait
// for the peer, or the end of the stream (for TLS its close_notify, in the same packet).
enum class Flush : unsigned char { more, now, last };

// A connection to a peer: TCP or TLS. Nothing here suspends; whoever gets would_block waits for
// socket().readable() or writable(). At most one task reads and one writes at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Bytes into `into` (not empty), at least one with ok.
  virtual IoResult read(std::span<char> into) = 0;
  // Whether read() may yield something without a wait; lets an idle connection hold no buffer.
  virtual bool may_read() const = 0;

  // Takes bytes: all `result.bytes` of them are the stream's. ok: all taken, and flushed as asked.
  // would_block: wait until writable, then write() what was not taken, or flush().
  virtual IoResult write(std::span<const char> from, Flush flush) = 0;
  virtual IoResult flush() = 0;
  // Says the end of our side to the peer (TLS: close_notify, TCP: FIN) without waiting.
  virtual void close_write() = 0;

  virtual Socket& socket() = 0;
  // Why it failed, as a clause: "the peer reset the connection".
  virtual std::string failure() const = 0;
};

// Reads at least one byte; 0 at the peer's end.
Task<Result<std::size_t>> read_some(ByteStream& stream, std::span<char> into, Deadline deadline);
// Writes everything; every progress of the peer moves the deadline to `patience` from then.
Task<Result<Ok>> write_all(ByteStream& stream, std::span<const char> from, Flush flush,
                           std::chrono::nanoseconds patience);

}  // namespace gatehouse::io
