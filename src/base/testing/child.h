#pragma once

#include <csignal>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gatehouse::testing {

inline constexpr int kKilled = 1000;

// Runs `work` in a process of its own; its exit status, or kKilled.
template <class Work>
int in_child(const Work& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kKilled;
}

// The same as a user whom permissions bind; the tests may run as root.
inline constexpr uid_t kNobody = 65534;

template <class Work>
int in_unprivileged_child(const Work& work) {
  return in_child([&] {
    if (geteuid() == 0 &&
        (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0)) {
      return 99;
    }
    return work();
  });
}

}  // namespace gatehouse::testing
