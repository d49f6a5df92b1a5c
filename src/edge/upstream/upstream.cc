#include "edge/upstream/upstream.h"

#include <algorithm>

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostIdle = 1024;
constexpr auto kSweepEvery = 5s;
constexpr auto kFirstEjection = 1s;
constexpr int kMostDoublings = 5;

bool sound(UpstreamConnection& connection) {
  const io::Socket& socket = connection.socket();
  // Bytes that nobody asked for would be taken for the next answer.
  return !socket.can_read() && !socket.peer_closed() &&
         !connection.socket().reactor().has_input_event(socket);
}

Error not_sound(const io::Socket& socket) {
  if (socket.peer_closed()) return {Fault::upstream, true, "closed the connection at once"};
  return {Fault::upstream, false, "spoke before it was asked: it is no HTTP server"};
}

}  // namespace

UpstreamConnection::UpstreamConnection(Upstream& upstream, io::Fd fd)
    : upstream_(upstream),
      stream_(upstream.reactor(), std::move(fd), io::Socket::Phase::connecting) {
  ++upstream_.open_;
}

UpstreamConnection::~UpstreamConnection() { --upstream_.open_; }

Upstream::Upstream(io::Reactor& reactor, io::Resolver& resolver, UpstreamUrl url,
                   const UpstreamTimeouts& timeouts, std::uint32_t label)
    : reactor_(reactor),
      resolver_(resolver),
      url_(std::move(url)),
      address_(url_.address()),
      timeouts_(timeouts),
      label_(label) {}

Upstream::~Upstream() = default;

UpstreamConnectionPtr Upstream::take_idle() {
  while (!idle_.empty()) {
    UpstreamConnectionPtr connection = std::move(idle_.back());
    idle_.pop_back();
    if (sound(*connection)) return connection;
  }
  return nullptr;
}

io::Task<Result<std::vector<io::SocketAddress>>> Upstream::addresses(io::Deadline deadline) {
  if (const UpstreamUrl::Unix* local = url_.unix_socket()) {
    auto address = io::SocketAddress::unix_path(local->path);
    if (!address) co_return pass_on(address);
    co_return std::vector{*address};
  }
  co_return co_await resolver_.resolve(url_.tcp()->host, url_.tcp()->port, deadline);
}

io::Task<Result<UpstreamConnectionPtr>> Upstream::connect() {
  const io::Deadline deadline = reactor_.in(timeouts_.connect);
  auto candidates = co_await addresses(deadline);
  if (!candidates) co_return pass_on(candidates);
  Error last{Fault::upstream, true, "has no address", ErrorKind::unreachable};
  for (const io::SocketAddress& address : *candidates) {
    auto fd = io::start_connect(address);
    if (fd) {
      auto connection = std::make_unique<UpstreamConnection>(*this, std::move(*fd));
      auto connected = co_await io::finish_connect(connection->socket(), deadline);
      if (connected && sound(*connection)) co_return connection;
      last = connected ? not_sound(connection->socket()) : std::move(connected.error());
    } else {
      last = std::move(fd.error());
    }
    if (last.fault == Fault::ours || last.fault == Fault::machine) break;
  }
  co_return std::unexpected(std::move(last));
}

void Upstream::give_back(UpstreamConnectionPtr connection) {
  if (idle_.size() >= kMostIdle || !sound(*connection)) return;
  connection->reused_ = true;
  connection->idle_since_ = reactor_.now();
  if (idle_.empty() && !sweep_.linked()) reactor_.arm(sweep_, reactor_.now() + kSweepEvery);
  idle_.push_back(std::move(connection));
}

void Upstream::close_stale() {
  const SteadyTime oldest = reactor_.now() - timeouts_.idle;
  std::erase_if(idle_, [oldest](const UpstreamConnectionPtr& connection) {
    return connection->idle_since_ < oldest || !sound(*connection);
  });
  if (!idle_.empty()) reactor_.arm(sweep_, reactor_.now() + kSweepEvery);
}

void Upstream::failed() {
  ejected_until_ = reactor_.now() + kFirstEjection * (1 << std::min(failures_, kMostDoublings));
  ++failures_;
}

}  // namespace gatehouse::edge
