// What a client sends: heads, bodies, and what nobody wants any more.
#include <array>

#include <fmt/format.h>

#include "admin/connection.h"

namespace gatehouse::admin {

using namespace std::chrono_literals;

namespace {

constexpr auto kIdle = 60s;
constexpr auto kHead = 10s;
constexpr auto kBody = 10s;
constexpr std::size_t kPiece = 16384;

// Reads behind what is there already.
io::IoResult read_more(io::ByteStream& stream, std::string& into) {
  const std::size_t before = into.size();
  into.resize(before + kPiece);
  const io::IoResult got = stream.read({into.data() + before, kPiece});
  into.resize(before + got.bytes);
  return got;
}

}  // namespace

io::Task<Connection::Next> Connection::wait_for_request() {
  io::Wake wake = io::Wake::ready;
  if (!in_.empty()) {
    // Who sends one request upon the other does not keep everybody else waiting.
    wake = co_await context_.reactor.yield();
  } else if (context_.draining && !stream_.may_read()) {
    co_return Next::close;
  } else {
    in_.shrink_to_fit();
    wake = co_await stream_.socket().readable(io::Deadline::at(idle_since_ + kIdle));
  }
  co_return wake == io::Wake::ready ? Next::request : Next::close;
}

// Nothing when there is a head; otherwise what to do instead of an answer to it.
io::Task<std::optional<Connection::Next>> Connection::read_head(Request& request) {
  const io::Deadline deadline = context_.reactor.in(kHead);
  http::HeadProgress progress;
  http::RequestHead head;
  while (true) {
    const auto parsed = in_.empty() ? http::ParseResult::incomplete()
                                    : http::parse_request_head(in_, {}, progress, head);
    if (parsed.state == http::Parsed::complete) break;
    if (parsed.state == http::Parsed::refused) {
      co_return co_await refuse_unread(parsed.refusal.status, "invalid_argument",
                                       http::request_sentence(parsed.refusal));
    }
    const io::IoResult got = read_more(stream_, in_);
    if (got.status == io::IoStatus::ok) continue;
    if (got.status == io::IoStatus::closed && in_.empty()) co_return Next::close;
    if (got.status != io::IoStatus::would_block) co_return Next::gone;
    const io::Wake wake = co_await stream_.socket().readable(deadline);
    if (wake == io::Wake::timed_out) {
      co_return co_await refuse_unread(408, "deadline_exceeded",
                                       "The request's head did not come in time.");
    }
    if (wake == io::Wake::cancelled) co_return Next::gone;
  }
  request = Request::from(head);
  in_.erase(0, head.size);
  co_return std::nullopt;
}

io::Task<std::optional<Connection::Next>> Connection::read_body(const Request& request,
                                                                std::string& body) {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (request.expects_continue && in_.empty() && request.body.expects_content()) {
    if (!co_await write(kContinue)) co_return Next::gone;
  }
  http::BodyDecoder decoder(request.body);
  const io::Deadline deadline = context_.reactor.in(kBody);
  while (!decoder.done()) {
    const auto step = decoder.decode(in_);
    if (!step) {
      co_return co_await refuse_unread(step.error().status, "invalid_argument",
                                       http::request_sentence(step.error()));
    }
    if (body.size() + step->data.size() > kMostBody) {
      co_return co_await refuse_unread(
          413, "resource_exhausted",
          fmt::format("The content is larger than {} MiB.", kMostBody >> 20));
    }
    body.append(step->data.data(), step->data.size());
    in_.erase(0, step->consumed);
    if (decoder.done()) break;
    const io::IoResult got = read_more(stream_, in_);
    if (got.status == io::IoStatus::ok) continue;
    if (got.status != io::IoStatus::would_block) co_return Next::gone;
    const io::Wake wake = co_await stream_.socket().readable(deadline);
    if (wake == io::Wake::timed_out) {
      co_return co_await refuse_unread(408, "deadline_exceeded",
                                       "The request's content did not come in time.");
    }
    if (wake == io::Wake::cancelled) co_return Next::gone;
  }
  co_return std::nullopt;
}

// The client may still be sending what nobody wants, and reads the answer when that is done. What
// comes is thrown away, for a while.
io::Task<void> Connection::linger() {
  constexpr std::size_t kMost = 2 * kMostBody;
  const io::Deadline deadline = context_.reactor.in(2s);
  std::array<char, 4096> thrown;
  std::size_t total = 0;
  while (total < kMost) {
    const io::IoResult got = stream_.read(thrown);
    total += got.bytes;
    if (got.status == io::IoStatus::ok) continue;
    if (got.status != io::IoStatus::would_block) co_return;
    if (co_await stream_.socket().readable(deadline) != io::Wake::ready) co_return;
  }
}

}  // namespace gatehouse::admin
