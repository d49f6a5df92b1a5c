#include "certs/trust/system/command_runner.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

using std::chrono::milliseconds;
using Instant = std::chrono::steady_clock::time_point;

constexpr std::size_t kMostOutput = 64 * 1024;

class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd() { reset(); }
  int get() const { return fd_; }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

class SpawnActions {
 public:
  SpawnActions(int in, int out) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDERR_FILENO);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::unexpected<Error> not_run(std::string_view program, int error) {
  return fail(Fault::machine, fmt::format("{} could not be run: {}", program,
                                          std::generic_category().message(error)));
}

// A file in memory: unlike a pipe it cannot end us with SIGPIPE when nobody reads it.
int input_file(std::string_view input) {
  const int file = memfd_create("input", MFD_CLOEXEC);
  if (file < 0) return -1;
  while (!input.empty()) {
    const auto put = ::write(file, input.data(), input.size());
    if (put < 0) break;
    input.remove_prefix(static_cast<std::size_t>(put));
  }
  lseek(file, 0, SEEK_SET);
  return file;
}

int milliseconds_until(Instant end) {
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

// Until the end of the output; false when the time was over before.
bool collect(int out, Instant end, std::string& output) {
  std::array<char, 4096> chunk;
  while (true) {
    pollfd waited{out, POLLIN, 0};
    const int ready = poll(&waited, 1, milliseconds_until(end));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const auto got = ::read(out, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    const auto room = kMostOutput - output.size();
    output.append(chunk.data(), std::min(static_cast<std::size_t>(got), room));
  }
}

// The status of an ended child; nullopt when the time was over before.
std::optional<int> reap(pid_t child, Instant end) {
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= end) return std::nullopt;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return status;
}

Result<CommandOutcome> wait_for(pid_t child, int out, milliseconds bound,
                                std::string_view program) {
  const Instant end = std::chrono::steady_clock::now() + bound;
  CommandOutcome outcome;
  const bool ended = collect(out, end, outcome.output);
  const auto status = ended ? reap(child, end) : std::nullopt;
  if (!status) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return fail(Fault::machine,
                fmt::format("{} did not end within {} s and was stopped", program,
                            std::chrono::duration<double>(bound).count()),
                ErrorKind::timed_out);
  }
  outcome.exit_code = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
  return outcome;
}

}  // namespace

SystemCommandRunner::SystemCommandRunner(std::string search_path, milliseconds bound)
    : search_path_(std::move(search_path) + ":/usr/sbin:/sbin:/usr/bin:/bin"), bound_(bound) {}

std::optional<std::string> SystemCommandRunner::find(std::string_view program) const {
  if (program.starts_with('/')) {
    std::string file(program);
    if (access(file.c_str(), X_OK) == 0) return file;
    return std::nullopt;
  }
  std::string_view rest = search_path_;
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    std::string file = fmt::format("{}/{}", rest.substr(0, colon), program);
    if (colon > 0 && access(file.c_str(), X_OK) == 0) return file;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return std::nullopt;
}

bool SystemCommandRunner::available(std::string_view program) const {
  return find(program).has_value();
}

Result<CommandOutcome> SystemCommandRunner::run(const std::vector<std::string>& argv,
                                                std::string_view input) {
  const auto program = find(argv.front());
  if (!program) return not_run(argv.front(), ENOENT);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return not_run(argv.front(), errno);
  const OwnedFd out(ends[0]);
  OwnedFd child_out(ends[1]);
  const OwnedFd in(input_file(input));
  std::vector<char*> arguments;
  for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const SpawnActions actions(in.get(), child_out.get());
  pid_t child = 0;
  const int error =
      posix_spawn(&child, program->c_str(), actions.get(), nullptr, arguments.data(), environ);
  if (error != 0) return not_run(argv.front(), error);
  child_out.reset();
  return wait_for(child, out.get(), bound_, argv.front());
}

}  // namespace gatehouse::certs
