#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "edge/h2/h2_wire.h"
#include "edge/session/h2_client.h"
#include "edge/session/listener_context.h"
#include "edge/session/request_handler.h"
#include "edge/session/thread_context.h"
#include "http/h2/server_session.h"

namespace gatehouse::edge {

// A connection that speaks HTTP/2: one task reads, one writes, one for each stream answers. Frames
// of all streams that move in one pass of the reactor leave together. Lives in the task of run().
class H2Connection final : private http::H2Requests {
 public:
  using StateChange = std::move_only_function<void(ConnectionState)>;

  // `changed` is told when the first stream begins and when the last has ended.
  H2Connection(ThreadContext& thread, const ListenerContext& listener, RequestHandler& handler,
               io::ByteStream& stream, StateChange changed);
  H2Connection(const H2Connection&) = delete;
  H2Connection& operator=(const H2Connection&) = delete;
  ~H2Connection() override;

  // Until the connection is over. True: in order, so that the client deserves a goodbye.
  io::Task<bool> run();
  // No further streams are wanted; those that run end in peace.
  void drain();

  // For its streams.
  ThreadContext& thread() { return thread_; }
  http::H2ServerSession& session() { return session_; }
  // Frames what can be sent; it leaves at the end of this pass.
  void pump() { wire_.pump(); }
  // Content of responses that waits for the client.
  std::size_t waiting() const { return waiting_; }
  void wait_with(std::size_t bytes) { waiting_ += bytes; }
  void done_waiting(std::size_t bytes) { waiting_ -= bytes; }

 private:
  struct Stream;

  http::H2StreamSink* on_request(http::H2StreamId stream, http::FieldBlock fields,
                                 bool ended) override;
  io::Task<bool> read();
  io::Task<void> serve(std::unique_ptr<Stream> stream);
  io::Task<void> end_later();
  void begin_streams();
  void stream_ended(const Stream& stream);
  io::Deadline patience() const;
  void end_if_late();
  const ClientTimeouts& timeouts() const { return listener_.generation->settings.client; }

  ThreadContext& thread_;
  const ListenerContext& listener_;
  RequestHandler& handler_;
  StateChange changed_;
  http::H2ServerSession session_;
  H2Wire wire_;
  io::Event ended_;
  std::vector<std::unique_ptr<Stream>> begun_;  // received, not yet answered
  std::size_t streams_ = 0;
  std::size_t heads_ = 0;  // bytes of the heads of running requests
  std::size_t waiting_ = 0;
  SteadyTime since_;  // of idleness, or of the head that is being received
  bool in_head_ = false;
  bool draining_ = false;
  io::Scope tasks_;
};

}  // namespace gatehouse::edge
