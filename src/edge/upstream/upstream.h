#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/metrics.h"
#include "base/upstream_timeouts.h"
#include "edge/upstream/h2_upstream.h"
#include "io/event.h"
#include "io/resolver.h"
#include "io/socket.h"

namespace gatehouse::edge {

class Upstream;

// A connection to an upstream, for one exchange at a time. Destroying it closes it.
class UpstreamConnection {
 public:
  UpstreamConnection(Upstream& upstream, io::Fd fd);
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;
  ~UpstreamConnection();

  io::ByteStream& stream() { return stream_; }
  io::Socket& socket() { return stream_.socket(); }
  Upstream& upstream() { return upstream_; }
  // It has carried an exchange before: the upstream may close it any time.
  bool reused() const { return reused_; }

 private:
  friend class Upstream;

  Upstream& upstream_;
  io::PlainStream stream_;
  bool reused_ = false;
  SteadyTime idle_since_{};
};
using UpstreamConnectionPtr = std::unique_ptr<UpstreamConnection>;

// One server that we connect to, as one thread sees it: its idle connections and how it does.
class Upstream {
 public:
  Upstream(io::Reactor& reactor, io::Resolver& resolver, UpstreamUrl url,
           const UpstreamTimeouts& timeouts, std::uint32_t label);
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;
  ~Upstream();

  // An idle connection that is sound as far as the kernel has told, or nullptr. Never suspends.
  UpstreamConnectionPtr take_idle();
  // A new one. Errors are clauses about the upstream: "refused the connection".
  io::Task<Result<UpstreamConnectionPtr>> connect();
  // After an exchange that left nothing behind.
  void give_back(UpstreamConnectionPtr connection);

  // An upstream that speaks HTTP/2: a connection that can carry another stream, made if there is
  // none. Many who ask at the same time wait for one.
  bool http2() const { return url_.http2(); }
  io::Task<Result<H2UpstreamPtr>> connect_h2();
  // Ends its connections of HTTP/2. No exchange uses them any more.
  io::Task<void> close();

  // One failure ejects it for a second, each further one for twice as long, up to half a minute.
  void failed();
  void succeeded() { failures_ = 0; }
  bool ejected() const { return failures_ > 0 && reactor_.now() < ejected_until_; }
  SteadyTime ejected_until() const { return ejected_until_; }

  const std::string& address() const { return address_; }
  std::uint32_t label() const { return label_; }
  const UpstreamTimeouts& timeouts() const { return timeouts_; }
  std::size_t active() const;
  // Connections that no exchange uses.
  std::size_t idle() const;
  io::Reactor& reactor() { return reactor_; }

 private:
  friend class UpstreamConnection;
  // Closes what has been idle for too long; armed only while there is something idle.
  class Sweep final : public io::Timer {
   public:
    explicit Sweep(Upstream& upstream) : upstream_(upstream) {}
    ~Sweep() = default;

   private:
    void expired() override { upstream_.close_stale(); }
    Upstream& upstream_;
  };

  void close_stale();
  io::Task<Result<std::vector<io::SocketAddress>>> addresses(io::Deadline deadline);
  template <class Connection, class Make>
  io::Task<Result<Connection>> connect_to_any(Make make);
  H2UpstreamPtr with_room() const;
  io::Task<Result<H2UpstreamPtr>> make_h2();
  io::Task<void> run(H2UpstreamPtr connection);

  io::Reactor& reactor_;
  io::Resolver& resolver_;
  UpstreamUrl url_;
  std::string address_;
  UpstreamTimeouts timeouts_;
  std::uint32_t label_;
  std::size_t open_ = 0;
  std::vector<UpstreamConnectionPtr> idle_;  // the latest at the back
  std::vector<H2UpstreamPtr> h2_;
  io::Event connected_;  // a connection of HTTP/2 was made, or could not be
  bool connecting_ = false;
  int failures_ = 0;
  SteadyTime ejected_until_{};
  Sweep sweep_{*this};
  io::Scope tasks_;  // of connections of HTTP/2
};

}  // namespace gatehouse::edge
