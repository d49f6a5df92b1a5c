#include <csignal>
#include <set>

#include <fmt/format.h>

#include "app/server.h"

// The control thread of the running program: what wakes it, and how it ends.
namespace gatehouse::app {
namespace {

using namespace std::chrono_literals;

// How often the control thread looks whether a certificate is due or the machine has other names.
constexpr auto kRefreshEvery = 10min;
// While it drains it looks often whether the workers have ended.
constexpr auto kDrainStep = 20ms;
// How long who was idle until then may take to be gone.
constexpr auto kLastLook = 200ms;
// Calls of the API that still run when the program ends.
constexpr auto kAdminDrain = 1s;

}  // namespace

// ------------------------------------------------------------------ the control thread

void Server::run_until_stopped() {
  auto signals = Signals::watch(reactor_, {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2},
                                [this](int signal) { on_signal(signal); });
  if (!signals) {
    events_.error(signals.error().what);
    return;
  }
  signals_ = std::move(*signals);
  auto files = FileWatch::make(reactor_, [this] { tasks_.spawn(look_at_files()); });
  if (files) {
    files_ = std::move(*files);
    watch_files();
  } else {
    events_.warn(files.error().what);
  }
  tasks_.spawn(follow_store());
  tasks_.spawn(refresh_sometimes());
  tasks_.spawn(issued_renewal_->follow());
  tasks_.spawn(trusted_cas_->refresh());
  tasks_.spawn(show_life());
  notifier_.ready(status());
  reactor_.run();
  fleet_.end();
}

void Server::on_signal(int signal) {
  switch (signal) {
    case SIGHUP:
      access_logs_.reopen();
      if (!stopping_) tasks_.spawn(reload("signal"));
      return;
    case SIGUSR1: access_logs_.reopen(); return;
    case SIGUSR2:
      if (!stopping_) succession_->begin({.name = "signal", .uid = 0});
      return;
    default: break;
  }
  if (stopping_) {
    hurry_ = true;
    return;
  }
  notifier_.stopping("Running requests end.");
  succession_->cancel();
  stop();
}

void Server::stop() {
  stopping_ = true;
  trust_pages_->stop();
  ending_.spawn(end());
}

// ------------------------------------------------------------------ the service manager

std::string Server::status() const {
  return fmt::format("Serving {} sites on {} addresses.",
                     plane_->in_force().settings().sites.size(), listeners_->open_now().size());
}

io::Task<void> Server::show_life() {
  const auto every = notifier_.alive_every();
  if (!every) co_return;
  do notifier_.alive();
  while (co_await reactor_.sleep(reactor_.in(*every)) == io::Wake::timed_out);
}

// ------------------------------------------------------------------ the successor

void Server::give_way(const edge::Successor& successor) {
  notifier_.hand_over_to(successor.process);
  if (admin_) admin_->leave_name();
  ending_for_listeners_ = edge::Acceptor::Ending::leave;
  if (!stopping_) stop();
}

// ------------------------------------------------------------------ files

// The folders of everything that may be replaced while we run.
void Server::watch_files() {
  if (!files_) return;
  std::set<std::filesystem::path> folders;
  for (const auto& [paths, pair] : plane_->in_force().identities->files) {
    folders.insert(paths.first.parent_path());
    folders.insert(paths.second.parent_path());
  }
  if (sources_.file()) {
    folders.insert(sources_.file()->parent_path());
    folders.insert(sources_.file()->parent_path() / "conf.d");
  }
  files_->set_folders(folders);
}

io::Task<void> Server::refresh_sometimes() {
  while (co_await reactor_.sleep(reactor_.in(kRefreshEvery)) == io::Wake::timed_out) {
    co_await plane_->refresh_identities();
  }
}

io::Task<void> Server::reload(std::string who) {
  notifier_.reloading(clock_.steady());
  (void)co_await plane_->reload(false, {.name = std::move(who), .uid = 0});
  co_await plane_->refresh_identities();
  notifier_.ready(status());
}

io::Task<void> Server::look_at_files() {
  if (sources_.file()) (void)co_await plane_->reload(false, {.name = "file", .uid = 0});
  co_await plane_->refresh_identities();
}

// Who may administer and which files are looked at depend on the configuration.
void Server::follow_change() {
  if (admin_) admin_->set_policy(role_policy());
  watch_files();
}

io::Task<void> Server::end() {
  const io::Deadline limit = reactor_.in(plane_->in_force().settings().timeouts.drain);
  fleet_.drain(ending_for_listeners_);
  if (admin_) co_await admin_->stop(reactor_.in(kAdminDrain).sooner(limit));
  while (!fleet_.ended() && !hurry_ && clock_.steady() < limit.time()) {
    (void)co_await reactor_.sleep(reactor_.in(kDrainStep));
  }
  fleet_.drain(edge::Acceptor::Ending::refuse);  // those who have not asked for anything
  const io::Deadline rest = reactor_.in(kLastLook);
  while (!fleet_.ended() && !hurry_ && clock_.steady() < rest.time()) {
    (void)co_await reactor_.sleep(reactor_.in(kDrainStep));
  }
  if (!fleet_.ended()) events_.warn("Requests that were still running have been cut off.");
  tasks_.cancel();
  co_await succession_->join();
  co_await tasks_.join();
  reactor_.stop();
}

}  // namespace gatehouse::app
