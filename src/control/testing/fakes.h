#pragma once

// Stand-ins for what the control plane directs: sockets, workers and the prover.

#include <deque>

#include "control/fleet.h"
#include "control/prover.h"
#include "io/reactor.h"

namespace gatehouse::control::testing {

// Opens nothing; port 0 becomes 40000 and counting.
class FakeSockets {
 public:
  Listeners::Open open() {
    return [this](const ListenAddress& address, std::size_t threads,
                  std::span<const io::SocketAddress>) { return open_one(address, threads); };
  }
  std::vector<std::string> opened;
  std::string in_use;  // opening this address fails

 private:
  Result<std::vector<edge::ListeningSockets>> open_one(const ListenAddress& address,
                                                       std::size_t threads) {
    std::vector<edge::ListeningSockets> all;
    for (const IpEndpoint& endpoint : address.endpoints()) {
      const std::uint16_t port = address.port() == 0 ? next_port_++ : address.port();
      edge::ListeningSockets sockets;
      sockets.address = io::SocketAddress::ip(endpoint.address.text(), port).value();
      sockets.host = endpoint.address.url_host();
      sockets.tls = address.tls();
      if (sockets.address.text() == in_use) {
        return fail(Fault::machine, "Cannot listen on " + in_use + ": another program does.",
                    ErrorKind::conflict);
      }
      for (std::size_t i = 0; i < threads; ++i) sockets.per_thread.emplace_back();
      opened.push_back(sockets.address.text());
      all.push_back(std::move(sockets));
    }
    return all;
  }

  std::uint16_t next_port_ = 40000;
};

// Workers that serve at once what they are told to; or never, when they are stuck.
class FakeFleet final : public Fleet {
 public:
  explicit FakeFleet(io::Reactor& reactor) : reactor_(reactor) {}

  void apply(std::shared_ptr<const edge::Snapshot> next, std::vector<NewSockets>,
             std::move_only_function<void()> in_force) override {
    served.push_back(std::move(next));
    if (stuck) return;
    reactor_.post([in_force = std::move(in_force)]() mutable { in_force(); });
  }
  std::vector<const WorkerMetrics*> metrics() const override { return {}; }

  std::vector<std::shared_ptr<const edge::Snapshot>> served;
  bool stuck = false;

 private:
  io::Reactor& reactor_;
};

// Finds what it is told to find.
class FakeProver final : public Prover {
 public:
  io::Task<std::vector<check::Proof>> prove(Claim claim,
                                            std::vector<crypto::Certificate> anchors) override {
    ++asked;
    const auto* tls = std::get_if<check::TlsPlan>(&claim.plan);
    claims.emplace_back(tls == nullptr ? "plain" : tls->rsa_only ? "TLS with RSA only" : "TLS");
    last = std::move(claim);
    trusted = std::move(anchors);
    check::Proof proof{"https://site", "native", as_planned, as_planned, "It was dialled."};
    std::vector<check::Proof> proofs;
    proofs.push_back(std::move(proof));
    co_return proofs;
  }

  bool as_planned = true;
  int asked = 0;
  std::vector<std::string> claims;
  std::optional<Claim> last;
  std::vector<crypto::Certificate> trusted;  // when it was asked last
};

}  // namespace gatehouse::control::testing
