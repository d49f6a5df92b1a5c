#include "app/start.h"

#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include "app/version.h"

namespace gatehouse::app {

Result<Start> Start::take(const Environment& environment, edge::Program program) {
  Start start(std::move(program));
  auto before = edge::Takeover::from_environment(environment);
  if (!before) return pass_on(before);
  auto activated = edge::activation_sockets(environment, ::getpid());
  if (!activated) return pass_on(activated);
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", edge::kUpgradeVariable}) {
    (void)::unsetenv(name);
  }
  start.sockets_ = edge::InheritedSockets(std::move(*activated));
  if (!*before) return start;
  if (auto taken = start.take_over(std::move(**before)); !taken) return pass_on(taken);
  return start;
}

Result<Ok> Start::take_over(edge::Takeover before) {
  auto sockets = before.receive(kVersion);
  if (!sockets) {
    before.failed(sockets.error());
    return pass_on(sockets);
  }
  sockets_ = std::move(*sockets);
  tickets_ = before.tickets();
  before_.emplace(std::move(before));
  is_successor_ = true;
  return Ok{};
}

Result<Ok> Start::serving() {
  if (!before_) return Ok{};
  auto told = before_->serving();
  before_.reset();
  return told;
}

void Start::failed(const Error& error) {
  if (before_) before_->failed(error);
  before_.reset();
}

edge::Program running_program(int count, char** arguments) {
  std::error_code error;
  const auto file = std::filesystem::read_symlink("/proc/self/exe", error);
  return {.path = error ? arguments[0] : file.string(),
          .arguments = {arguments, arguments + count},
          .environment = edge::successor_environment(environ)};
}

}  // namespace gatehouse::app
