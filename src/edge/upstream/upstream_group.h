#pragma once

#include <memory>
#include <vector>

#include "edge/upstream/upstream.h"

namespace gatehouse::edge {

// The upstreams of one route: any of them can answer. The one with the fewest running exchanges is
// asked; those that failed lately only when there is no other.
class UpstreamGroup {
 public:
  UpstreamGroup() = default;
  void add(std::unique_ptr<Upstream> upstream) { upstreams_.push_back(std::move(upstream)); }

  struct Failure {
    Error error;                         // a clause: "refused the connection"
    const Upstream* upstream = nullptr;  // the one that was tried last
  };

  // An idle connection of the best one without suspending, or nullptr: then connect().
  UpstreamConnectionPtr take_idle();
  // Connects to one upstream after the other, best first, until one answers. Idle connections are
  // not used.
  io::Task<std::expected<UpstreamConnectionPtr, Failure>> connect();

  // The same for upstreams that speak HTTP/2, as all of a group do or none.
  bool http2() const { return !upstreams_.empty() && upstreams_.front()->http2(); }
  io::Task<std::expected<H2UpstreamPtr, Failure>> connect_h2();
  // Ends all connections of HTTP/2.
  io::Task<void> close();

  std::size_t size() const { return upstreams_.size(); }
  // Connections that wait for an exchange, of all of them.
  std::size_t idle() const;
  const Upstream& at(std::size_t index) const { return *upstreams_[index]; }

 private:
  template <class Connection, class Connect>
  io::Task<std::expected<Connection, Failure>> connect_to_any(Connect connect);
  std::vector<Upstream*> by_preference() const;
  Upstream* best() const;
  void next_turn();

  std::vector<std::unique_ptr<Upstream>> upstreams_;
  std::size_t turn_ = 0;  // equal ones take turns: where the next search begins
};

}  // namespace gatehouse::edge
