#include "edge/worker/worker_listener.h"

namespace gatehouse::edge {
namespace {

LocalAddress local_address(const io::SocketAddress& address) {
  const auto ip = IpAddress::parse(address.host());
  if (ip && ip->is_any()) return LocalAddress::either;
  return address.is_loopback() ? LocalAddress::loopback : LocalAddress::external;
}

}  // namespace

WorkerListener::WorkerListener(ListenerId id) { number = id; }

WorkerListener::~WorkerListener() = default;

Result<Ok> WorkerListener::follow(const ListenerPlan& plan, const Snapshot& snapshot,
                                  GenerationPtr now, const Thread& thread) {
  auto context = context_for(plan, snapshot, thread.clock);
  if (!context) return pass_on(context);
  tls = *context;
  if (plan.bindings) {
    selector_.replace(plan.bindings, {snapshot.names, thread.cache, &thread.clock});
  }
  port = plan.address.port();
  local = local_address(plan.address);
  generation = std::move(now);
  routes = plan.routes.get();
  metrics_ = plan.metrics;
  return Ok{};
}

// nullptr for a plain listener.
Result<const tls::ServerContext*> WorkerListener::context_for(const ListenerPlan& plan,
                                                              const Snapshot& snapshot,
                                                              const Clock& clock) {
  if (!plan.bindings) return nullptr;
  auto& context = contexts_[static_cast<std::size_t>(snapshot.profile)];
  if (context) return context.get();
  tls::ServerOptions options;
  options.profile = snapshot.profile;
  options.alpn = {"h2", "http/1.1"};
  auto made = tls::ServerContext::make(options, selector_, snapshot.tickets, clock);
  if (!made) return pass_on(made);
  context = std::move(*made);
  return context.get();
}

}  // namespace gatehouse::edge
