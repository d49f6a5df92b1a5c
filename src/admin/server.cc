#include "admin/server.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

#include "admin/connection.h"

namespace gatehouse::admin {

using namespace std::chrono_literals;

Server::Server(io::Reactor& reactor, control::ControlPlane& plane, EventLog& events,
               RolePolicy policy, FindPeer find_peer)
    : context_(reactor, plane, events, std::move(policy)),
      find_peer_(std::move(find_peer)),
      scope_(reactor) {
  tell_unknown_accounts();
}

Server::~Server() = default;

void Server::start(ListeningSocket socket) {
  listening_ = std::make_unique<io::Socket>(context_.reactor, socket.take());
  name_.emplace(std::move(socket));
  scope_.spawn(accept_all());
}

void Server::set_policy(RolePolicy policy) {
  context_.policy = std::move(policy);
  tell_unknown_accounts();
}

void Server::tell_unknown_accounts() {
  for (const std::string& name : context_.policy.unknown()) {
    context_.events.warn(
        "The configuration gives a role at the admin socket to an account that this machine does "
        "not have.",
        {{"account", name}});
  }
}

// ------------------------------------------------------------------ arrival

io::Task<void> Server::accept_all() {
  io::Wake wake = io::Wake::ready;
  while (wake != io::Wake::cancelled) {
    wake = co_await listening_->readable(io::Deadline::never());
    if (wake != io::Wake::ready) co_return;
    const Round round = accept_some();
    if (round == Round::more) wake = co_await context_.reactor.yield();
    if (round == Round::out_of_descriptors) {
      wake = co_await context_.reactor.sleep(context_.reactor.in(100ms));
    }
  }
}

Server::Round Server::accept_some() {
  constexpr int kMostAccepts = 16;
  for (int i = 0; i < kMostAccepts; ++i) {
    io::Fd fd(::accept4(listening_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      serve(std::move(fd));
      continue;
    }
    if (errno == EAGAIN) {
      listening_->clear_readable();
      return Round::drained;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      context_.events.error("The admin socket takes no connection: there is no file descriptor.",
                            {{"error", std::strerror(errno)}});
      return Round::out_of_descriptors;
    }
    // Anything else concerns the one connection that was to be accepted (accept(2)).
  }
  return Round::more;
}

// Beyond the limits a connection is closed without a word: to write one would need a place.
void Server::serve(io::Fd connected) {
  auto peer = find_peer_(connected.get());
  if (!peer) {
    context_.events.error(peer.error().what);
    return;
  }
  const bool stranger = context_.policy.role_of(*peer) == control::Role::none;
  if (stranger ? context_.strangers >= kMostStrangers : context_.peers >= kMostConnections) {
    context_.events.warn("The admin socket has too many connections; one was closed.",
                         {{"user", peer->name}, {"uid", peer->uid}, {"pid", peer->pid}});
    return;
  }
  scope_.spawn(serve_connection(context_, std::move(connected), std::move(*peer)));
}

// ------------------------------------------------------------------ the end

io::Task<void> Server::stop(io::Deadline deadline) {
  context_.draining = true;
  name_.reset();
  // Who waits in its queue is left to a successor that has the same socket; without one they see
  // its end.
  if (listening_) listening_->interrupt();
  auto& all = context_.connections;
  for (auto* each = all.front(); each != nullptr; each = all.after(*each)) each->drain();
  io::Wake wake = io::Wake::ready;
  while (wake == io::Wake::ready && (connections() > 0 || context_.calls.running() > 0)) {
    wake = co_await context_.ended.wait(deadline);
  }
  scope_.cancel();
  context_.calls.cancel();
  co_await context_.calls.join();
  co_await scope_.join();
  listening_.reset();
}

}  // namespace gatehouse::admin
