#include "app/succession.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::app {
namespace {

// Longer than everything together that an upgrade waits for, each with a limit of its own.
constexpr std::chrono::minutes kLongest{2};

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

Succession::Succession(Parts parts)
    : parts_(std::move(parts)), launcher_(parts_.program), running_(parts_.reactor) {}

void Succession::begin(control::Caller caller) {
  if (!may_begin()) return;
  running_.spawn(run(std::move(caller), std::make_shared<Outcome>(parts_.reactor)));
}

void Succession::cancel() { running_.cancel(); }

// The upgrade goes on when its caller leaves, and ends with the program.
io::Task<Result<api::UpgradeResponse>> Succession::carry_out(control::Caller caller) {
  if (!may_begin()) {
    co_return fail(
        Fault::client,
        "An upgrade is under way already, or this gatehouse ends. gatehouse status tells "
        "which one serves.",
        ErrorKind::conflict);
  }
  const auto outcome = std::make_shared<Outcome>(parts_.reactor);
  running_.spawn(run(std::move(caller), outcome));
  if (!outcome->result) (void)co_await outcome->known.wait(parts_.reactor.in(kLongest));
  if (outcome->result) co_return std::move(*outcome->result);
  co_return fail(Fault::ours, "Nobody waits for this upgrade any more.", ErrorKind::unreachable);
}

io::Task<void> Succession::run(control::Caller caller, std::shared_ptr<Outcome> outcome) {
  parts_.events.info("The program is started anew and takes over.",
                     {{"file", parts_.program.path}, {"who", caller.name}});
  outcome->result = co_await replace();
  outcome->known.notify_all();
  if (!*outcome->result) {
    parts_.events.error("The upgrade did not come about; nothing has changed.",
                        {{"reason", outcome->result->error().what}});
    co_return;
  }
}

io::Task<Result<api::UpgradeResponse>> Succession::replace() {
  if (auto paused = co_await parts_.plane.pause(); !paused) co_return pass_on(paused);
  parts_.store.stand_back();
  api::UpgradeResponse response;
  auto successor = co_await hand_over(response);
  if (!successor) {
    resume();
    parts_.plane.tell("upgrade", "the upgrade did not come about; nothing has changed");
    co_return pass_on(successor);
  }
  succeeded_ = true;
  parts_.events.info("The new program serves; what still runs here ends.",
                     {{"pid", successor->process}, {"version", successor->version}});
  parts_.succeeded(*successor);
  co_return response;
}

void Succession::resume() {
  if (auto back = parts_.store.come_back(); !back) {
    parts_.events.error("What is kept cannot be changed until this program is started again.",
                        {{"reason", back.error().what}});
  }
  parts_.plane.resume();
}

io::Task<Result<edge::Successor>> Succession::hand_over(api::UpgradeResponse& response) {
  // Open until the successor serves or is gone.
  const std::vector<edge::OpenedListener> sockets = co_await parts_.fleet.sockets();
  edge::Legacy all = legacy(sockets);
  const std::size_t count = all.sockets.size();
  edge::Upgrade upgrade(parts_.reactor, launcher_);
  co_return co_await upgrade.carry_out(
      std::move(all), [this, count, &response](auto stage, const edge::Successor& successor) {
        note(stage, successor, count, response);
      });
}

edge::Legacy Succession::legacy(const std::vector<edge::OpenedListener>& sockets) const {
  edge::Legacy all{handed(sockets, parts_.listeners), parts_.tickets.at(parts_.clock.wall())};
  const admin::Server* admin = parts_.admin();
  if (admin != nullptr && admin->listening() >= 0) {
    const std::string path = "unix:" + admin->path();
    all.sockets.push_back({admin->listening(), {path, path, "admin", false}});
  }
  return all;
}

void Succession::note(edge::Upgrade::Stage stage, const edge::Successor& successor,
                      std::size_t sockets, api::UpgradeResponse& response) {
  using Stage = edge::Upgrade::Stage;
  const control::ProgramFacts& before = parts_.plane.program();
  switch (stage) {
    case Stage::started:
      response.mutable_before()->set_pid(before.pid);
      response.mutable_before()->set_version(before.version);
      response.mutable_now()->set_pid(static_cast<unsigned>(successor.process));
      response.mutable_now()->set_version(successor.version);
      return tell(fmt::format("the new program has started: process {}, version {}",
                              successor.process, successor.version),
                  response);
    case Stage::handed_over:
      return tell(fmt::format("{} listening sockets and the key of session tickets are handed over",
                              sockets),
                  response);
    case Stage::serving: break;
  }
  tell("the new program serves", response);
  const auto limit =
      std::chrono::ceil<std::chrono::seconds>(parts_.plane.in_force().settings().timeouts.drain);
  response.set_connections(parts_.plane.open_connections());
  response.set_drain_seconds(static_cast<unsigned>(limit.count()));
  tell(fmt::format("the program before (process {}) accepts nothing more and ends with its "
                   "connections: {} now, {} s at the latest",
                   before.pid, response.connections(), limit.count()),
       response);
}

void Succession::tell(std::string step, api::UpgradeResponse& response) {
  api::Step& done = *response.add_steps();
  done.set_text(step);
  done.set_state("done");
  parts_.plane.tell("upgrade", std::move(step));
}

}  // namespace gatehouse::app
