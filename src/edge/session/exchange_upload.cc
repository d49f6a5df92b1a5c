#include "edge/session/chunk.h"
#include "edge/session/exchange.h"
#include "http/h1_writer.h"

// The request's content on its way to the upstream, while the answer may come already.

namespace gatehouse::edge {

io::Task<void> Exchange::upload() {
  io::Lease content(thread_.reactor.buffers());
  Upload end = Upload::done;
  bool complete = false;
  for (int pieces = 1; end == Upload::done && !complete; ++pieces) {
    content.clear(io::BufferPool::kTailroom);
    auto read = co_await client_.read_body(content);
    complete = client_.body_done();
    if (!read) {
      client_fault_ = std::move(read.error());
      end = Upload::client_failed;
    } else if (!co_await write_upload(content, complete)) {
      end = Upload::upstream_failed;
    } else if (pieces % kPiecesInARow == 0 && co_await thread_.reactor.yield() != io::Wake::ready) {
      end = Upload::client_failed;
    }
  }
  upload_ = end;
  if (tunnel_ && end != Upload::upstream_failed) connection_->stream().close_write();
  // The answer is waited for elsewhere: that wait has to know.
  if (end == Upload::client_failed) connection_->socket().interrupt();
}

io::Task<bool> Exchange::write_upload(io::Lease& content, bool end) {
  const bool chunked = !tunnel_ && request_framing_.kind == http::BodyLength::Kind::chunked;
  std::string trailers;
  if (chunked) make_chunk(content);
  if (chunked && end) {
    if (const http::Trailers* extra = client_.trailers()) {
      trailers.resize(http::kLastChunk.size() + extra->wire_size());
      trailers.resize(http::write_last_chunk(trailers, *extra).value_or(0));
    } else {
      content.take(io::BufferPool::Size::small, io::BufferPool::kTailroom);
      content.append(http::kLastChunk);
    }
  }
  const auto patience = connection_->upstream().timeouts().response;
  auto sent =
      co_await io::write_all(connection_->stream(), content.span(), io::Flush::now, patience);
  if (sent && !trailers.empty()) {
    sent = co_await io::write_all(connection_->stream(), trailers, io::Flush::now, patience);
  }
  last_progress_ = thread_.reactor.now();
  co_return sent.has_value();
}

}  // namespace gatehouse::edge
