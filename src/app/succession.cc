#include "app/succession.h"

#include <algorithm>

namespace gatehouse::app {
namespace {

std::string any_port_of(const io::SocketAddress& address) {
  return io::SocketAddress::ip(address.host(), 0).value().text();
}

edge::HandOverMessage::Note note_of(const control::OpenListener& listener, bool held_elsewhere) {
  const std::string address = listener.address.text();
  const bool any_port = listener.opened.port() == 0;
  return {any_port ? any_port_of(listener.address) : address, address, "", held_elsewhere};
}

// Those of listeners that are in the configuration; the others are being closed.
std::vector<edge::HandedSocket> handed(const std::vector<edge::OpenedListener>& sockets,
                                       const control::Listeners& listeners) {
  std::vector<edge::HandedSocket> all;
  for (const edge::OpenedListener& socket : sockets) {
    const auto& open = listeners.open_now();
    const auto listener = std::ranges::find(open, socket.id, &control::OpenListener::id);
    if (listener == open.end()) continue;
    all.push_back({socket.fd.get(), note_of(*listener, socket.held_elsewhere)});
  }
  return all;
}

}  // namespace

io::Task<Result<pid_t>> Succession::carry_out(Parts parts) {
  if (auto paused = co_await parts.plane.pause(); !paused) co_return pass_on(paused);
  const std::vector<edge::OpenedListener> sockets = co_await parts.fleet.sockets();
  std::vector<edge::HandedSocket> all = handed(sockets, parts.listeners);
  if (parts.admin != nullptr && parts.admin->listening() >= 0) {
    const std::string path = "unix:" + parts.admin->path();
    all.push_back({parts.admin->listening(), {path, path, "admin", false}});
  }
  edge::Upgrade upgrade(parts.reactor, launcher_);
  auto successor = co_await upgrade.carry_out(std::move(all));
  if (!successor) parts.plane.resume();
  co_return successor;
}

}  // namespace gatehouse::app
