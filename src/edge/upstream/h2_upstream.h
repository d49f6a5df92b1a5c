#pragma once

#include <memory>
#include <vector>

#include "edge/h2/h2_wire.h"
#include "edge/upstream/h2_upstream_stream.h"
#include "http/h2/client_session.h"
#include "io/socket.h"

namespace gatehouse::edge {

class Upstream;

// A connection to an upstream that speaks HTTP/2, for many exchanges at the same time. Held by its
// streams, by its upstream while it takes further ones, and by the task of run().
class H2UpstreamConnection {
 public:
  H2UpstreamConnection(Upstream& upstream, io::Fd fd);
  H2UpstreamConnection(const H2UpstreamConnection&) = delete;
  H2UpstreamConnection& operator=(const H2UpstreamConnection&) = delete;
  ~H2UpstreamConnection();

  // Until it is over, idle for too long, or cancelled.
  io::Task<void> run();
  // It can carry another stream.
  bool has_room() const;
  std::size_t streams() const { return streams_.size(); }
  // It has carried a stream before.
  bool asked() const { return asked_; }

  Upstream& upstream() { return upstream_; }
  io::Reactor& reactor();
  io::Socket& socket() { return stream_.socket(); }

  // It has answered, but not in HTTP/2.
  bool speaks_otherwise() const { return heard_ && !session_.greeted(); }

  // For its streams.
  http::H2ClientSession& session() { return session_; }
  void pump() { wire_.pump(); }
  void add(H2UpstreamStream& stream) {
    streams_.push_back(&stream);
    asked_ = true;
  }
  void remove(H2UpstreamStream& stream);

 private:
  io::Task<void> read();
  io::Deadline patience() const;

  Upstream& upstream_;
  io::PlainStream stream_;
  http::H2ClientSession session_;
  H2Wire wire_;
  std::vector<H2UpstreamStream*> streams_;
  SteadyTime idle_since_;
  bool asked_ = false;
  bool heard_ = false;
  bool over_ = false;
  io::Scope tasks_;
};

}  // namespace gatehouse::edge
