#pragma once

#include <chrono>

#include "http/h2/session.h"
#include "io/byte_stream.h"
#include "io/event.h"
#include "io/reactor.h"
#include "io/socket.h"

namespace gatehouse::edge {

// The way of frames between a session and the stream of its connection. Frames that are made in one
// pass of the reactor leave together. Borrows both.
class H2Wire {
 public:
  // `patience`: how long the peer may take nothing.
  H2Wire(io::Reactor& reactor, io::ByteStream& stream, http::H2Session& session,
         std::chrono::nanoseconds patience);
  H2Wire(const H2Wire&) = delete;
  H2Wire& operator=(const H2Wire&) = delete;

  // Frames what can be sent; it leaves at the end of this pass.
  void pump();
  // The task that sends; until it is cancelled or the peer is gone. Interrupts who reads from the
  // socket when nothing will come any more.
  io::Task<void> write();
  // Until all has left. False: it cannot.
  io::Task<bool> flush();
  bool failed() const { return failed_; }

  io::ByteStream& stream() { return stream_; }
  io::Socket& socket() { return stream_.socket(); }

 private:
  void fill();
  io::Task<bool> send_out();

  io::Reactor& reactor_;
  io::ByteStream& stream_;
  http::H2Session& session_;
  std::chrono::nanoseconds patience_;
  io::Lease out_;  // frames that have not left yet
  io::Event output_;
  io::Event sent_;
  bool failed_ = false;
};

}  // namespace gatehouse::edge
