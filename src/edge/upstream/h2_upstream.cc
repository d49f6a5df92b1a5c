#include "edge/upstream/h2_upstream.h"

#include <algorithm>

#include "edge/upstream/upstream.h"

namespace gatehouse::edge {
namespace {

// More than one connection where one carries as many.
constexpr std::size_t kMostStreams = 100;
constexpr int kReadsInARow = 8;

}  // namespace

H2UpstreamConnection::H2UpstreamConnection(Upstream& upstream, io::Fd fd)
    : upstream_(upstream),
      stream_(upstream.reactor(), std::move(fd), io::Socket::Phase::connecting),
      session_({}, upstream.reactor().now()),
      wire_(upstream.reactor(), stream_, session_, upstream.timeouts().response),
      idle_since_(upstream.reactor().now()),
      tasks_(upstream.reactor()) {}

H2UpstreamConnection::~H2UpstreamConnection() = default;

io::Reactor& H2UpstreamConnection::reactor() { return upstream_.reactor(); }

bool H2UpstreamConnection::has_room() const {
  return !over_ && !wire_.failed() && !session_.ending() &&
         streams_.size() < std::min(session_.most_streams(), kMostStreams);
}

void H2UpstreamConnection::remove(H2UpstreamStream& stream) {
  std::erase(streams_, &stream);
  if (streams_.empty()) idle_since_ = reactor().now();
}

io::Task<void> H2UpstreamConnection::run() {
  tasks_.spawn(wire_.write());
  pump();
  co_await read();
  over_ = true;
  // Those that the session has closed know it; the others lose their connection now.
  for (H2UpstreamStream* stream : streams_) {
    if (stream->closed()) continue;
    session_.forget(stream->stream_);
    stream->on_closed(http::H2Error::internal_error);
  }
  (void)co_await wire_.flush();
  tasks_.cancel();
  co_await tasks_.join();
}

io::Deadline H2UpstreamConnection::patience() const {
  const auto idle = upstream_.timeouts().idle;
  return streams_.empty() ? io::Deadline::at(idle_since_ + idle) : upstream_.reactor().in(idle);
}

io::Task<void> H2UpstreamConnection::read() {
  io::Lease in(reactor().buffers());
  for (int reads = 1; !session_.over() && !wire_.failed(); ++reads) {
    if (!stream_.may_read()) {
      in.drop();
      const io::Wake wake = co_await socket().readable(patience());
      if (wake == io::Wake::cancelled) co_return;
      const bool idle = streams_.empty() && reactor().now() >= patience().time();
      if (wake == io::Wake::timed_out && idle) {
        session_.end();
        pump();
        co_return;
      }
      if (wake == io::Wake::timed_out) continue;
    }
    in.take(io::BufferPool::Size::large);
    in.clear();
    const io::IoResult got = stream_.read(in.room());
    if (got.status == io::IoStatus::would_block) continue;
    if (got.status != io::IoStatus::ok) co_return;
    heard_ = true;
    const bool understood = session_.receive(in.room().first(got.bytes), reactor().now());
    pump();
    if (!understood) co_return;
    if (reads % kReadsInARow == 0) (void)co_await reactor().yield();
  }
}

}  // namespace gatehouse::edge
