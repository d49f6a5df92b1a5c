#include "edge/session/h2_connection.h"

#include "http/h2/request.h"

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;

// Streams that were reset still have to be cleared up: no more than this many run at once.
constexpr std::size_t kMostStreams = 200;
// Of the heads of all running requests, in bytes.
constexpr std::size_t kMostHeads = 768 * 1024;
// After as many reads without a wait the others of this thread have their turn.
constexpr int kReadsInARow = 8;
// Between the two steps of a graceful end: a round trip of any client.
constexpr auto kRoundTrip = 1s;

http::H2Settings h2_settings(const EdgeSettings& settings) {
  http::H2Settings made;
  made.head_bytes = settings.limits.head.bytes;
  made.connection_window = 768 * 1024;
  return made;
}

}  // namespace

// What belongs to one stream. The head borrows the fields.
struct H2Connection::Stream {
  Stream(H2Connection& connection, http::H2StreamId id, http::FieldBlock fields_, bool ended_)
      : request(begun_by(connection.handler_)),
        fields(std::move(fields_)),
        ended(ended_),
        client(connection, id, *request->generation, request->head, request->facts, ended_) {}

  static std::unique_ptr<SessionRequest> begun_by(RequestHandler& handler) {
    auto request = std::make_unique<SessionRequest>();
    handler.begin(*request);
    return request;
  }

  std::unique_ptr<SessionRequest> request;
  http::FieldBlock fields;
  bool ended;
  H2Client client;
};

H2Connection::H2Connection(ThreadContext& thread, const ListenerContext& listener,
                           RequestHandler& handler, io::ByteStream& stream, StateChange changed)
    : thread_(thread),
      listener_(listener),
      handler_(handler),
      changed_(std::move(changed)),
      session_(h2_settings(listener.generation->settings), *this, thread.reactor.now()),
      wire_(thread.reactor, stream, session_, timeouts().write),
      ended_(thread.reactor),
      since_(thread.reactor.now()),
      tasks_(thread.reactor) {}

H2Connection::~H2Connection() = default;

io::Task<bool> H2Connection::run() {
  tasks_.spawn(wire_.write());
  pump();
  const bool orderly = co_await read() && co_await wire_.flush();
  tasks_.cancel();
  co_await tasks_.join();
  co_return orderly;
}

void H2Connection::drain() {
  if (draining_) return;
  draining_ = true;
  if (streams_ == 0) {
    session_.end();
  } else {
    session_.announce_end();
    tasks_.spawn(end_later());
  }
  pump();
}

io::Task<void> H2Connection::end_later() {
  const io::Deadline deadline = thread_.reactor.in(kRoundTrip);
  io::Wake wake = io::Wake::ready;
  while (streams_ > 0 && wake == io::Wake::ready) wake = co_await ended_.wait(deadline);
  if (wake == io::Wake::cancelled) co_return;
  session_.end();
  pump();
}

// ------------------------------------------------------------------ what comes

io::Task<bool> H2Connection::read() {
  io::Lease in(thread_.reactor.buffers());
  for (int reads = 1; !session_.over() && !wire_.failed(); ++reads) {
    if (!wire_.stream().may_read()) {
      in.drop();
      const io::Wake wake = co_await wire_.socket().readable(patience());
      if (wake == io::Wake::cancelled && !session_.over()) co_return false;
      if (wake == io::Wake::timed_out) end_if_late();
      if (wake != io::Wake::ready) continue;
    }
    in.take(io::BufferPool::Size::large);
    in.clear();
    const io::IoResult got = wire_.stream().read(in.room());
    if (got.status == io::IoStatus::would_block) continue;
    if (got.status != io::IoStatus::ok) co_return false;
    const bool understood = session_.receive(in.room().first(got.bytes), thread_.reactor.now());
    begin_streams();
    pump();
    if (!understood) break;
    if (reads % kReadsInARow == 0) (void)co_await thread_.reactor.yield();
  }
  if (!session_.complaint().empty()) {
    thread_.events.debug("A client's HTTP/2 connection was ended.",
                         {{"client", handler_.peer()}, {"reason", session_.complaint()}});
  }
  co_return !wire_.failed();
}

// A deadline that has moved on meanwhile is looked at again when it comes.
io::Deadline H2Connection::patience() const {
  const ClientTimeouts& most = timeouts();
  if (session_.silent() || session_.in_head()) return io::Deadline::at(since_ + most.head);
  if (streams_ > 0) return thread_.reactor.in(most.idle);
  return io::Deadline::at(since_ + most.idle);
}

void H2Connection::end_if_late() {
  const bool awaited = session_.silent() || session_.in_head();
  if ((streams_ > 0 && !awaited) || thread_.reactor.now() < patience().time()) return;
  session_.end(awaited ? http::H2Error::enhance_your_calm : http::H2Error::no_error);
  pump();
}

http::H2StreamSink* H2Connection::on_request(http::H2StreamId stream, http::FieldBlock fields,
                                             bool ended) {
  // What is refused unprocessed may be asked again.
  const bool many = streams_ + begun_.size() >= kMostStreams;
  if (many || heads_ + fields.size() > kMostHeads) return nullptr;
  heads_ += fields.size();
  begun_.push_back(std::make_unique<Stream>(*this, stream, std::move(fields), ended));
  return &begun_.back()->client;
}

void H2Connection::begin_streams() {
  if (session_.in_head() != in_head_) {
    in_head_ = session_.in_head();
    since_ = thread_.reactor.now();
  }
  std::vector<std::unique_ptr<Stream>> begun;
  begun.swap(begun_);
  for (auto& stream : begun) {
    if (streams_++ == 0) changed_(ConnectionState::active);
    tasks_.spawn(serve(std::move(stream)));
  }
  // Its room serves the next ones.
  begun.clear();
  begun_.swap(begun);
}

io::Task<void> H2Connection::serve(std::unique_ptr<Stream> stream) {
  SessionRequest& request = *stream->request;
  const auto refusal = http::read_h2_request(
      stream->fields, stream->ended, request.generation->settings.limits.head, request.head);
  if (refusal) {
    stream->client.abandon_content();
    (void)co_await handler_.answer_error(request, stream->client, refusal->status,
                                         http::request_sentence(*refusal));
  } else if (stream->client.gone()) {
    handler_.read(request);
    request.status = 499;
    request.error = "the client took its request back at once";
  } else {
    handler_.read(request);
    (void)co_await handler_.respond(request, stream->client);
  }
  handler_.note(request, &stream->client);
  stream->client.finish();
  stream_ended(*stream);
}

void H2Connection::stream_ended(const Stream& stream) {
  heads_ -= stream.fields.size();
  if (--streams_ == 0) {
    since_ = thread_.reactor.now();
    changed_(ConnectionState::idle);
  }
  ended_.notify_all();
  if (thread_.draining || listener_.leaving) drain();
}

}  // namespace gatehouse::edge
