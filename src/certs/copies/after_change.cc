#include "certs/copies/after_change.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/json_text.h"
#include "certs/store/descriptor.h"

namespace gatehouse::certs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 2048;
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::chrono::milliseconds kLook{50};

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }

  void connect(int output) {
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
  }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// A process group of its own, so that its children end with it, and the signals as they were.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

Result<pid_t> start(const std::vector<std::string>& words, int output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::array<char*, 2> variables{const_cast<char*>(kPath), nullptr};
  SpawnActions actions;
  actions.connect(output);
  SpawnAttributes attributes;
  pid_t process = 0;
  const int error = posix_spawnp(&process, words.front().c_str(), actions.get(), attributes.get(),
                                 arguments.data(), variables.data());
  if (error == 0) return process;
  return fail(Fault::operator_input,
              fmt::format("{} could not be started: {}", printable(words.front()),
                          std::generic_category().message(error)),
              error == ENOENT ? ErrorKind::not_found : ErrorKind::not_permitted);
}

// What is there to read now, of which the end is kept. False: nobody writes any more.
bool take_output(int from, std::string& output) {
  std::array<char, 1024> part{};
  ssize_t size = 0;
  while ((size = ::read(from, part.data(), part.size())) > 0) {
    output.append(part.data(), static_cast<std::size_t>(size));
    if (output.size() > kMostOutput) output.erase(0, output.size() - kMostOutput);
  }
  return size < 0;
}

int status_of(int waited) {
  return WIFEXITED(waited) ? WEXITSTATUS(waited) : 128 + WTERMSIG(waited);
}

// A child that keeps the streams open does not keep us.
Ran wait_for(pid_t process, int output, std::chrono::milliseconds longest) {
  Ran ran;
  const auto end = Clock::now() + longest;
  int waited = 0;
  bool open = true;
  while (waitpid(process, &waited, WNOHANG) == 0) {
    pollfd readable{output, POLLIN, 0};
    (void)::poll(&readable, open ? 1 : 0, static_cast<int>(kLook.count()));
    open = take_output(output, ran.output);
    if (Clock::now() < end) continue;
    ran.in_time = false;
    (void)::kill(-process, SIGKILL);
    (void)waitpid(process, &waited, 0);
    break;
  }
  (void)take_output(output, ran.output);
  ran.status = status_of(waited);
  ran.output = printable(ran.output);
  return ran;
}

}  // namespace

Result<Ran> run_command(const std::vector<std::string>& words, std::chrono::milliseconds longest) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return fail_for_now(Fault::machine, "there is no room for another pipe: try again later");
  }
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  // The command writes to it as to any other: what is full makes it wait.
  (void)::fcntl(to.get(), F_SETFL, 0);
  auto process = start(words, to.get());
  if (!process) return pass_on(process);
  to = Descriptor();
  return wait_for(*process, from.get(), longest);
}

}  // namespace gatehouse::certs
