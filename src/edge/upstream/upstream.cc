#include "edge/upstream/upstream.h"

#include <algorithm>

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostIdle = 1024;
constexpr auto kSweepEvery = 5s;
constexpr auto kFirstEjection = 1s;
constexpr int kMostDoublings = 5;

bool sound(io::Socket& socket) {
  // Bytes that nobody asked for would be taken for the next answer.
  return !socket.can_read() && !socket.peer_closed() && !socket.reactor().has_input_event(socket);
}

bool usable(const UpstreamConnectionPtr& connection) { return sound(connection->socket()); }

// A server of HTTP/2 may speak first (RFC 9113 section 3.4).
bool usable(const H2UpstreamPtr& connection) { return !connection->socket().peer_closed(); }

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
      label_(label),
      connected_(reactor),
      tasks_(reactor) {}

Upstream::~Upstream() = default;

std::size_t Upstream::active() const {
  std::size_t active = open_ - idle_.size();
  for (const H2UpstreamPtr& connection : h2_) active += connection->streams();
  return active;
}

std::size_t Upstream::idle() const { return idle_.size() + tasks_.running(); }

UpstreamConnectionPtr Upstream::take_idle() {
  while (!idle_.empty()) {
    UpstreamConnectionPtr connection = std::move(idle_.back());
    idle_.pop_back();
    if (sound(connection->socket())) return connection;
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

// To one address after the other; `Connection` has the descriptor from its beginning.
template <class Connection, class Make>
io::Task<Result<Connection>> Upstream::connect_to_any(Make make) {
  const io::Deadline deadline = reactor_.in(timeouts_.connect);
  auto candidates = co_await addresses(deadline);
  if (!candidates) co_return pass_on(candidates);
  Error last{Fault::upstream, true, "has no address", ErrorKind::unreachable};
  for (const io::SocketAddress& address : *candidates) {
    auto fd = io::start_connect(address);
    if (fd) {
      Connection connection = make(std::move(*fd));
      auto connected = co_await io::finish_connect(connection->socket(), deadline);
      if (connected && usable(connection)) co_return connection;
      last = connected ? not_sound(connection->socket()) : std::move(connected.error());
    } else {
      last = std::move(fd.error());
    }
    if (last.fault == Fault::ours || last.fault == Fault::machine) break;
  }
  co_return std::unexpected(std::move(last));
}

io::Task<Result<UpstreamConnectionPtr>> Upstream::connect() {
  return connect_to_any<UpstreamConnectionPtr>(
      [this](io::Fd fd) { return std::make_unique<UpstreamConnection>(*this, std::move(fd)); });
}

void Upstream::give_back(UpstreamConnectionPtr connection) {
  if (idle_.size() >= kMostIdle || !sound(connection->socket())) return;
  connection->reused_ = true;
  connection->idle_since_ = reactor_.now();
  if (idle_.empty() && !sweep_.linked()) reactor_.arm(sweep_, reactor_.now() + kSweepEvery);
  idle_.push_back(std::move(connection));
}

void Upstream::close_stale() {
  const SteadyTime oldest = reactor_.now() - timeouts_.idle;
  std::erase_if(idle_, [oldest](const UpstreamConnectionPtr& connection) {
    return connection->idle_since_ < oldest || !sound(connection->socket());
  });
  if (!idle_.empty()) reactor_.arm(sweep_, reactor_.now() + kSweepEvery);
}

// ------------------------------------------------------------------ HTTP/2

H2UpstreamPtr Upstream::with_room() const {
  const auto found = std::ranges::find_if(h2_, &H2UpstreamConnection::has_room);
  return found == h2_.end() ? nullptr : *found;
}

io::Task<Result<H2UpstreamPtr>> Upstream::connect_h2() {
  const io::Deadline deadline = reactor_.in(timeouts_.connect);
  while (true) {
    if (H2UpstreamPtr there = with_room()) co_return there;
    if (!connecting_) co_return co_await make_h2();
    const io::Wake wake = co_await connected_.wait(deadline);
    if (wake == io::Wake::cancelled) co_return fail(Fault::ours, "gatehouse is stopping");
    if (wake == io::Wake::timed_out) {
      co_return std::unexpected(Error{Fault::upstream, true, "did not take the connection in time",
                                      ErrorKind::timed_out});
    }
  }
}

io::Task<Result<H2UpstreamPtr>> Upstream::make_h2() {
  connecting_ = true;
  auto made = co_await connect_to_any<H2UpstreamPtr>(
      [this](io::Fd fd) { return std::make_shared<H2UpstreamConnection>(*this, std::move(fd)); });
  connecting_ = false;
  connected_.notify_all();
  if (!made) co_return pass_on(made);
  h2_.push_back(*made);
  tasks_.spawn(run(*made));
  co_return std::move(*made);
}

io::Task<void> Upstream::run(H2UpstreamPtr connection) {
  co_await connection->run();
  std::erase(h2_, connection);
}

io::Task<void> Upstream::close() {
  tasks_.cancel();
  co_await tasks_.join();
}

void Upstream::failed() {
  ejected_until_ = reactor_.now() + kFirstEjection * (1 << std::min(failures_, kMostDoublings));
  ++failures_;
}

}  // namespace gatehouse::edge
