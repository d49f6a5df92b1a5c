#include "edge/upstream/upstream_group.h"

#include <algorithm>

namespace gatehouse::edge {
namespace {

// Sound ones by their load; then those that come back soonest.
bool better(const Upstream& a, const Upstream& b) {
  if (a.ejected() != b.ejected()) return b.ejected();
  if (a.ejected()) return a.ejected_until() < b.ejected_until();
  return a.active() < b.active();
}

}  // namespace

Upstream* UpstreamGroup::best() const {
  if (upstreams_.size() == 1) return upstreams_.front().get();
  const std::size_t count = upstreams_.size();
  Upstream* found = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    Upstream& candidate = *upstreams_[(turn_ + i) % count];
    if (found == nullptr || better(candidate, *found)) found = &candidate;
  }
  return found;
}

std::size_t UpstreamGroup::idle() const {
  std::size_t idle = 0;
  for (const auto& upstream : upstreams_) idle += upstream->idle();
  return idle;
}

void UpstreamGroup::next_turn() {
  turn_ = (turn_ + 1) % std::max<std::size_t>(upstreams_.size(), 1);
}

// Without an idle connection the turn stays: connect() is for the same upstream.
UpstreamConnectionPtr UpstreamGroup::take_idle() {
  Upstream* upstream = best();
  auto connection = upstream == nullptr ? nullptr : upstream->take_idle();
  if (connection) next_turn();
  return connection;
}

std::vector<Upstream*> UpstreamGroup::by_preference() const {
  std::vector<Upstream*> order;
  for (std::size_t i = 0; i < upstreams_.size(); ++i) {
    Upstream* candidate = upstreams_[(turn_ + i) % upstreams_.size()].get();
    const auto worse = std::ranges::find_if(
        order, [candidate](const Upstream* there) { return better(*candidate, *there); });
    order.insert(worse, candidate);
  }
  return order;
}

template <class Connection, class Connect>
io::Task<std::expected<Connection, UpstreamGroup::Failure>> UpstreamGroup::connect_to_any(
    Connect connect) {
  Failure failure{{Fault::operator_input, false, "is not configured", ErrorKind::invalid}, nullptr};
  const std::vector<Upstream*> order = by_preference();
  next_turn();
  for (Upstream* upstream : order) {
    Result<Connection> connection = co_await connect(*upstream);
    if (connection) co_return std::move(*connection);
    failure = {std::move(connection.error()), upstream};
    if (failure.error.fault == Fault::ours || failure.error.fault == Fault::machine) break;
    upstream->failed();
  }
  co_return std::unexpected(std::move(failure));
}

io::Task<std::expected<UpstreamConnectionPtr, UpstreamGroup::Failure>> UpstreamGroup::connect() {
  return connect_to_any<UpstreamConnectionPtr>(
      [](Upstream& upstream) { return upstream.connect(); });
}

io::Task<std::expected<H2UpstreamPtr, UpstreamGroup::Failure>> UpstreamGroup::connect_h2() {
  return connect_to_any<H2UpstreamPtr>([](Upstream& upstream) { return upstream.connect_h2(); });
}

io::Task<void> UpstreamGroup::close() {
  for (const auto& upstream : upstreams_) co_await upstream->close();
}

}  // namespace gatehouse::edge
