#include "admin/event_stream.h"

#include <array>

#include "admin/methods.h"
#include "api/connect.h"
#include "http/h1_writer.h"

namespace gatehouse::admin {

using namespace std::chrono_literals;

namespace {

// How long a client may read nothing at all; it keeps its place until then.
constexpr auto kPatience = 10min;
// How soon a client that has left between two events is noticed, and one that has lost its role.
constexpr auto kLookAround = 1s;

}  // namespace

EventStream::EventStream(Connection& connection, Codec codec)
    : connection_(connection),
      context_(connection.context_),
      codec_(codec),
      buffer_(codec),
      pushed_(context_.reactor),
      listening_(context_.desks.plane.listen([this](const api::Event& event) {
        buffer_.push(event);
        pushed_.notify_all();
      })) {
  ++context_.watchers;
  connection_.streams_on_ = &pushed_;
}

EventStream::~EventStream() {
  context_.desks.plane.unlisten(listening_);
  --context_.watchers;
  connection_.streams_on_ = nullptr;
}

io::Task<Connection::Next> EventStream::run(std::string body) {
  const Result<Ok> asked = read_request(body);
  std::string bytes(512, '\0');
  http::HeadWriter head(bytes);
  head.status_line(200);
  head.field("Content-Type",
             codec_ == Codec::json ? "application/connect+json" : "application/connect+proto");
  head.field("Cache-Control", "no-store");
  head.field("Connection", "close");
  http::write_body_length(head, http::BodyLength::chunked());
  bytes.resize(head.finish().value_or(0));
  if (!co_await connection_.write(bytes)) co_return Connection::Next::gone;

  const End end = asked ? co_await relay() : End::drained;
  if (end == End::gone) co_return Connection::Next::gone;
  std::string error;
  if (!asked) error = api::error_json(asked.error());
  if (end == End::not_permitted) {
    error =
        api::error_json("permission_denied", role_sentence(connection_.peer_, connection_.role()));
  }
  const std::string last = error.empty() ? "{}" : "{\"error\":" + error + "}";
  const bool sent = co_await write_chunk(api::envelope(api::kEndOfStream, last), true);
  co_return sent ? Connection::Next::linger : Connection::Next::gone;
}

Result<Ok> EventStream::read_request(std::string_view body) const {
  const auto envelope = api::read_envelope(body, kMostBody);
  if (!envelope) return std::unexpected(envelope.error());
  if (!*envelope || (*envelope)->size != body.size() || (*envelope)->flags != 0) {
    return fail(Fault::client,
                "The content is not one enveloped message: a byte 0, four bytes of length, and a "
                "WatchRequest.",
                ErrorKind::usage);
  }
  api::WatchRequest request;
  return decode({codec_, std::string((*envelope)->data)}, request);
}

io::Task<EventStream::End> EventStream::relay() {
  while (true) {
    if (connection_.role() == control::Role::none) co_return End::not_permitted;
    if (gone()) co_return End::gone;
    if (const auto next = buffer_.take()) {
      if (!co_await write_chunk(*next, false)) co_return End::gone;
      continue;
    }
    // Only now: what led to the end is told, too.
    if (context_.draining) co_return End::drained;
    const io::Wake wake = co_await pushed_.wait(context_.reactor.in(kLookAround));
    if (wake == io::Wake::cancelled) co_return End::gone;
  }
}

// One that only ended its own side may still read.
bool EventStream::gone() {
  return connection_.stream_.socket().peer_gone(io::Socket::Gone::broken);
}

io::Task<bool> EventStream::write_chunk(std::string_view data, bool last) {
  std::array<char, http::kChunkPrefix> prefix;
  const std::size_t size = http::chunk_prefix(prefix.data() + prefix.size(), data.size());
  std::string bytes(prefix.end() - size, prefix.end());
  bytes += data;
  bytes += http::kChunkSuffix;
  if (last) bytes += http::kLastChunk;
  co_return (co_await io::write_all(connection_.stream_, bytes, io::Flush::now, kPatience))
      .has_value();
}

}  // namespace gatehouse::admin
