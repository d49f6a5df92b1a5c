#include "edge/session/h1_client.h"

#include <algorithm>

#include <fmt/format.h>

#include "edge/session/chunk.h"
#include "http/h1_writer.h"

namespace gatehouse::edge {
namespace {

std::unexpected<ClientFault> client_gone() { return std::unexpected(ClientFault{}); }

std::unexpected<ClientFault> at_fault(std::uint16_t status, std::string sentence) {
  return std::unexpected(ClientFault{status, std::move(sentence)});
}

}  // namespace

H1Client::H1Client(const H1Connection& connection, const Generation& generation,
                   const http::RequestHead& request, const http::ClientFacts& facts)
    : thread_(connection.thread),
      listener_(connection.listener),
      settings_(generation.settings),
      stream_(connection.stream),
      socket_(connection.stream.socket()),
      in_(connection.in),
      request_(request),
      facts_(facts),
      decoder_(request.body),
      used_(request.size),
      when_gone_(connection.half_close_ends ? io::Socket::Gone::ended : io::Socket::Gone::broken),
      keep_alive_(request.keep_alive && !ending()) {}

// ------------------------------------------------------------------ content of the request

H1Client::BodyResult H1Client::count(std::size_t bytes) {
  bytes_read_ += bytes;
  const std::uint64_t most = settings_.limits.body;
  if (most != 0 && bytes_read_ > most && !tunnel_) {
    return at_fault(413, fmt::format("The request's content is larger than the {} bytes that are "
                                     "allowed here.",
                                     most));
  }
  return {};
}

// `fresh` lies right behind the lease's data; what of it is content joins that data.
std::expected<std::size_t, ClientFault> H1Client::decode(io::Lease& into, std::span<char> fresh) {
  const std::size_t before = into.size();
  std::size_t unused = 0;
  if (tunnel_) {
    into.added(fresh.size());
  } else {
    const auto step = decoder_.decode(fresh);
    if (!step) {
      // Where the next request begins is unknown now, even if the decoder takes it for the end.
      refused_ = true;
      keep_alive_ = false;
      return at_fault(step.error().status, http::request_sentence(step.error()));
    }
    if (!step->data.empty()) std::memmove(fresh.data(), step->data.data(), step->data.size());
    into.added(step->data.size());
    unused = fresh.size() - step->consumed;
  }
  if (auto counted = count(into.size() - before); !counted) {
    return std::unexpected(std::move(counted.error()));
  }
  return unused;
}

// Bytes of the next request that came with the last of this one.
void H1Client::keep_for_next(std::string_view bytes) {
  overrun_ = overrun_ || in_.room().size() < bytes.size();
  if (!overrun_) in_.append(bytes);
}

std::span<char> H1Client::body_room(io::Lease& into) const {
  std::span<char> room = into.room();
  room = room.first(room.size() - std::min(room.size(), io::BufferPool::kTailroom));
  if (decoder_.left() > 0 && request_.body.kind == http::BodyLength::Kind::exact && !tunnel_) {
    room = room.first(std::min<std::uint64_t>(room.size(), decoder_.left()));
  }
  return room;
}

std::expected<void, ClientFault> H1Client::take_body(io::Lease& into) {
  const std::size_t here = in_.size() - used_;
  const std::span<char> room = body_room(into);
  const std::size_t part = std::min(here, room.size());
  if (part == 0 || body_done()) return {};
  std::memcpy(room.data(), in_.data() + used_, part);
  const auto unused = decode(into, room.first(part));
  if (!unused) return std::unexpected(unused.error());
  used_ += part - *unused;
  return {};
}

io::Task<std::expected<void, ClientFault>> H1Client::read_body(io::Lease& into) {
  const std::size_t before = into.size();
  while (into.size() == before && !body_done()) {
    if (in_.size() > used_) {
      into.take(io::BufferPool::Size::large, io::BufferPool::kTailroom);
      if (auto taken = take_body(into); !taken) co_return taken;
      continue;
    }
    if (!stream_.may_read()) {
      into.drop_if_empty();
      // A tunnel's idle time counts both directions: whoever relays them watches it.
      const io::Deadline deadline =
          tunnel_ ? io::Deadline::never() : thread_.reactor.in(settings_.client.body);
      const io::Wake wake = co_await socket_.readable(deadline);
      if (wake == io::Wake::timed_out) {
        co_return at_fault(408, "The request's content did not come in time.");
      }
      if (wake != io::Wake::ready) co_return client_gone();
    }
    into.take(io::BufferPool::Size::large, io::BufferPool::kTailroom);
    const std::span<char> room = body_room(into);
    const io::IoResult got = stream_.read(room);
    if (got.status == io::IoStatus::would_block) continue;
    if (got.status != io::IoStatus::ok) co_return client_gone();
    const auto unused = decode(into, room.first(got.bytes));
    if (!unused) co_return std::unexpected(unused.error());
    keep_for_next({room.data() + got.bytes - *unused, *unused});
  }
  co_return BodyResult{};
}

// ------------------------------------------------------------------ the response

io::Task<bool> H1Client::send_interim(const http::ResponseHead& response) {
  if (request_.minor == 0) co_return true;  // RFC 9110 section 15.2: not to HTTP/1.0
  const auto size = http::build_client_response(thread_.scratch, response, http::ClientResponse{});
  if (!size) co_return true;
  const std::string copy(thread_.scratch.data(), *size);  // scratch does not survive a suspension
  const auto sent = co_await io::write_all(stream_, copy, io::Flush::now, settings_.client.write);
  co_return sent.has_value();
}

Sent H1Client::start_response(const http::ResponseHead& response, io::Lease& content, bool end) {
  started_ = true;
  framing_ = http::client_framing(response, request_.minor);
  if (framing_.kind == http::BodyLength::Kind::until_close || ending()) keep_alive_ = false;
  if (tunnel_ || response.status == 101) keep_alive_ = false;
  // Nobody will read the rest of the request.
  if (end && !body_done()) keep_alive_ = false;
  content.take(io::BufferPool::Size::small, io::BufferPool::kHeadroom);
  bytes_sent_ += content.size();
  http::ClientResponse how;
  how.body = framing_;
  how.keep_alive = keep_alive_;
  how.date = thread_.date();
  how.client_minor = request_.minor;
  how.accepts_trailers = request_.accepts_trailers;
  const auto size = http::build_client_response(thread_.scratch, response, how);
  // Only now: the frame may overwrite the head that `response` still borrows.
  frame(content, end);
  if (!size || *size > content.headroom()) return Sent::failed;
  std::memcpy(content.prepend(*size), thread_.scratch.data(), *size);
  return put(content, end && response.status != 101);
}

Sent H1Client::send_content(io::Lease& content, bool end) {
  bytes_sent_ += content.size();
  frame(content, end);
  return put(content, end);
}

Sent H1Client::send_trailers(io::Lease& empty, const http::Trailers& trailers) {
  empty.take(io::BufferPool::Size::large, 0);
  empty.clear();
  if (framing_.kind != http::BodyLength::Kind::chunked) return put(empty, true);
  const auto size = http::write_last_chunk(empty.room(), trailers);
  if (!size) return Sent::failed;
  empty.added(*size);
  return put(empty, true);
}

void H1Client::frame(io::Lease& content, bool end) {
  if (framing_.kind != http::BodyLength::Kind::chunked) return;
  make_chunk(content);
  if (end) content.append(http::kLastChunk);
}

Sent H1Client::put(io::Lease& content, bool end) {
  ended_ = ended_ || end;
  flush_ = end && !keep_alive_ ? io::Flush::last : io::Flush::now;
  const io::IoResult result = stream_.write(content.span(), flush_);
  content.consume(result.bytes);
  if (result.status == io::IoStatus::ok) return Sent::done;
  return result.status == io::IoStatus::would_block ? Sent::blocked : Sent::failed;
}

io::Task<bool> H1Client::settle(io::Lease& content) {
  io::IoResult result{io::IoStatus::would_block};
  while (result.status == io::IoStatus::would_block) {
    // What is left lies in the stream: the buffer serves others meanwhile.
    content.drop_if_empty();
    const auto patience = thread_.reactor.in(settings_.client.write);
    if (co_await socket_.writable(patience) != io::Wake::ready) co_return false;
    result = content.empty() ? stream_.flush() : stream_.write(content.span(), flush_);
    content.consume(result.bytes);
  }
  co_return result.status == io::IoStatus::ok;
}

void H1Client::become_tunnel() {
  tunnel_ = true;
  keep_alive_ = false;
  framing_ = http::BodyLength::until_close();
}

void H1Client::interrupt_when_gone(io::Interruptible* upstream) {
  socket_.interrupt_when_gone(upstream, when_gone_);
}

bool H1Client::gone() const { return socket_.peer_gone(when_gone_); }

}  // namespace gatehouse::edge
