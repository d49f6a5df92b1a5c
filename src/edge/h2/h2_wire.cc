#include "edge/h2/h2_wire.h"

namespace gatehouse::edge {

H2Wire::H2Wire(io::Reactor& reactor, io::ByteStream& stream, http::H2Session& session,
               std::chrono::nanoseconds patience)
    : reactor_(reactor),
      stream_(stream),
      session_(session),
      patience_(patience),
      out_(reactor.buffers()),
      output_(reactor),
      sent_(reactor) {}

void H2Wire::pump() {
  fill();
  if (!out_.empty() || session_.over()) output_.notify_all();
}

void H2Wire::fill() {
  if (!session_.wants_send()) return;
  out_.take(io::BufferPool::Size::large);
  out_.compact();
  out_.added(session_.send(out_.room()));
}

io::Task<void> H2Wire::write() {
  while (true) {
    if (out_.empty()) fill();
    if (!out_.empty()) {
      if (co_await send_out()) continue;
      failed_ = true;
      sent_.notify_all();
      socket().interrupt();
      co_return;
    }
    out_.drop();
    sent_.notify_all();
    // Nothing will come either: whoever waits for it has to know.
    if (session_.over()) socket().interrupt();
    if (co_await output_.wait(io::Deadline::never()) == io::Wake::cancelled) co_return;
  }
}

// All that is framed now, and what is added meanwhile.
io::Task<bool> H2Wire::send_out() {
  io::IoResult result = stream_.write(out_.span(), io::Flush::now);
  out_.consume(result.bytes);
  while (result.status == io::IoStatus::would_block) {
    if (co_await socket().writable(reactor_.in(patience_)) != io::Wake::ready) co_return false;
    result = out_.empty() ? stream_.flush() : stream_.write(out_.span(), io::Flush::now);
    out_.consume(result.bytes);
  }
  co_return result.status == io::IoStatus::ok;
}

io::Task<bool> H2Wire::flush() {
  io::Wake wake = io::Wake::ready;
  while (wake == io::Wake::ready && !failed_ && (!out_.empty() || session_.wants_send())) {
    wake = co_await sent_.wait(reactor_.in(patience_));
  }
  co_return wake == io::Wake::ready && !failed_;
}

}  // namespace gatehouse::edge
