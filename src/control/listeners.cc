#include "control/listeners.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::control {
namespace {

// Whether sockets that were opened for `open` can serve `wanted`. A socket knows nothing of TLS, so
// that is no difference, except where the kernel chooses a port for each.
bool serves(const ListenAddress& open, const ListenAddress& wanted) {
  if (open.port() == 0 || wanted.port() == 0) return open == wanted;
  return open.port() == wanted.port() && open.scope() == wanted.scope() &&
         open.endpoints() == wanted.endpoints();
}

}  // namespace

IpEndpoint OpenListener::endpoint() const {
  return {IpAddress::parse(address.host()).value(), address.port()};
}

// Each address of localhost is a listener of its own, so that one of them can be asked for alone.
std::vector<Listeners::Wanted> Listeners::wanted(const std::vector<ListenerNeed>& needs) {
  std::vector<Wanted> all;
  for (const ListenerNeed& need : needs) {
    const ListenAddress& address = need.address;
    if (address.scope() != ListenAddress::Scope::localhost || address.port() == 0) {
      all.push_back({address, address, need.metrics, need.number});
      continue;
    }
    for (const IpEndpoint& endpoint : address.endpoints()) {
      const auto one = ListenAddress::parse(
          fmt::format("{}{}", address.tls() ? "" : "http://", endpoint.text()));
      all.push_back({one.value(), address, need.metrics, 0, endpoint.address.is_v6()});
    }
  }
  return all;
}

Result<Listeners::Next> Listeners::prepare(const std::vector<ListenerNeed>& needs) {
  Next next;
  for (const Wanted& one : wanted(needs)) {
    if (auto added = add(one, next); !added) return pass_on(added);
  }
  return next;
}

Result<Ok> Listeners::add(const Wanted& wanted, Next& next) {
  const auto same = [&](const OpenListener& open) {
    return open.number == wanted.number && serves(open.opened, wanted.address);
  };
  if (std::ranges::any_of(next.all, same)) return Ok{};
  bool found = false;
  for (const OpenListener& open : open_now_) {
    if (!same(open)) continue;
    OpenListener kept = open;
    kept.asked = wanted.asked;
    kept.metrics = wanted.metrics;
    next.all.push_back(std::move(kept));
    found = true;
  }
  if (found) return Ok{};
  auto opened = open(wanted, next);
  const bool is_here = opened || opened.error().kind == ErrorKind::conflict ||
                       opened.error().kind == ErrorKind::not_permitted;
  if (wanted.optional && !is_here) return Ok{};
  return opened;
}

Result<Ok> Listeners::open(const Wanted& wanted, Next& next) {
  // One thread is enough for the counters.
  auto sockets = open_(wanted.address, wanted.metrics ? 1 : threads_, ours(next));
  if (!sockets) return pass_on(sockets);
  for (edge::ListeningSockets& one : *sockets) {
    const edge::ListenerId id = id_of(one.address.text());
    const bool localhost = wanted.asked.scope() == ListenAddress::Scope::localhost;
    next.all.push_back({id, wanted.asked, wanted.address, one.address,
                        localhost ? "localhost" : one.host, wanted.metrics, wanted.number});
    next.opened.push_back({id, std::move(one.per_thread), one.held_elsewhere});
  }
  return Ok{};
}

std::vector<io::SocketAddress> Listeners::ours(const Next& next) const {
  std::vector<io::SocketAddress> all;
  for (const OpenListener& open : open_now_) all.push_back(open.address);
  for (const OpenListener& open : next.all) all.push_back(open.address);
  return all;
}

edge::ListenerId Listeners::id_of(const std::string& name) {
  const std::lock_guard lock(names_mutex_);
  const auto place =
      static_cast<edge::ListenerId>(std::ranges::find(names_, name) - names_.begin());
  if (place == names_.size()) names_.push_back(name);
  return place;
}

std::vector<std::string> Listeners::names() const {
  const std::lock_guard lock(names_mutex_);
  return names_;
}

}  // namespace gatehouse::control
