#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>

#include "edge/session/testing.h"
#include "edge/worker/thread_edge.h"
#include "tls/testing.h"

namespace gatehouse::edge::testing {

// Sends what it is given at once, so that nothing has to be waited for.
inline io::Fd dial(const io::SocketAddress& address) {
  constexpr int kOn = 1;
  io::Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  (void)setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  if (::connect(fd.get(), address.data(), address.size()) != 0) fd.reset();
  return fd;
}

inline std::shared_ptr<const UpstreamSet> set_of(const Application& app) {
  auto set = std::make_shared<UpstreamSet>();
  set->members.push_back({app.url(), 0});
  return set;
}

// One site for every Host.
inline std::shared_ptr<const RouteTable> only(Decision decision, const PlainHttp& plain = {}) {
  auto site = std::make_shared<Site>("only", 0);
  site->add_route("/", std::move(decision));
  site->set_plain_http(plain);
  auto table = std::make_shared<RouteTable>();
  table->set_default(std::move(site));
  return table;
}

inline std::shared_ptr<const RouteTable> saying(std::string_view sentence) {
  return only(Refuse{404, sentence});
}

// Builds one snapshot after the other, as the control thread does.
class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(const Clock& clock) {
    draft.tickets = tls::TicketSeed::random(clock.wall());
  }

  // Opens a listener that serves this from the next snapshot on.
  ListenerId listen(std::shared_ptr<const RouteTable> routes,
                    std::shared_ptr<const certs::BindingTable> bindings = nullptr,
                    std::string_view at = "127.0.0.1:0", std::size_t threads = 1) {
    auto sockets = std::move(open_listener(ListenAddress::parse(at).value(), threads)->front());
    const ListenerId id = next_id_++;
    draft.listeners[id] = {sockets.address, false, std::move(bindings), std::move(routes)};
    sockets_[id] = std::move(sockets.per_thread);
    return id;
  }
  ListenerPlan& plan(ListenerId id) { return draft.listeners.at(id); }
  const io::SocketAddress& address(ListenerId id) { return plan(id).address; }
  void remove(ListenerId id) { draft.listeners.erase(id); }

  std::shared_ptr<const Snapshot> build() {
    ++draft.revision;
    return std::make_shared<const Snapshot>(draft);
  }
  // What was opened since the last call, for one thread.
  std::vector<OpenedListener> opened(std::size_t thread = 0) {
    std::vector<OpenedListener> all;
    for (auto& [id, fds] : sockets_) {
      if (thread < fds.size() && fds[thread]) all.push_back({id, std::move(fds[thread])});
    }
    return all;
  }

  Snapshot draft;

 private:
  ListenerId next_id_ = 0;
  std::map<ListenerId, std::vector<io::Fd>> sockets_;
};

// One thread's edge over real sockets, with a fake clock.
class Served : public io::testing::ReactorTest {
 protected:
  Served() {
    std::string pattern = (std::filesystem::temp_directory_path() / "worker-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    app = std::make_unique<Application>(folder / "app");
  }
  ~Served() override {
    if (edge) {
      edge->cancel();
      settle();
    }
    std::filesystem::remove_all(folder);
  }

  // The draft becomes what is served.
  Result<Ok> serve() {
    const bool first = !edge;
    if (first) {
      edge = ThreadEdge::make(reactor, *metrics, events).value();
      if (credentials) edge->use_store(std::move(credentials), {});
    }
    auto taken = edge->take(next.build(), next.opened());
    if (first) edge->start();
    settle();
    return taken;
  }
  Peer connect(ListenerId id) {
    Peer peer(dial(next.address(id)));
    settle();
    return peer;
  }
  std::string answer_to(Peer& client, std::string_view request) {
    client.say(request);
    settle();
    return client.heard();
  }
  // The application's end of the connection that carries a request just made; nullptr: of one that
  // it has already.
  std::unique_ptr<Peer> taken_by_app() {
    settle();
    auto peer = app->accept();
    settle();
    return peer;
  }
  void answers(Peer& app_side, std::string_view answer = kOk) {
    (void)app_side.heard();
    app_side.say(answer);
    settle();
  }

  EventLog events{{.at_least = LogLevel::error, .fd = -1}, clock};
  std::unique_ptr<WorkerMetrics> metrics = std::make_unique<WorkerMetrics>();
  std::filesystem::path folder;
  std::unique_ptr<Application> app;
  SnapshotBuilder next{clock};
  std::unique_ptr<certs::CredentialSource> credentials;  // taken by the first serve()
  std::unique_ptr<ThreadEdge> edge;
};

}  // namespace gatehouse::edge::testing
