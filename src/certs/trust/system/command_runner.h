#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gatehouse::certs {

struct CommandOutcome {
  int exit_code = 0;
  std::string output;  // stdout and stderr together, at most 64 KiB
};

// The port through which programs of this machine are run, so that tests need not.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  virtual bool available(std::string_view program) const = 0;
  // Runs `argv` (no shell) with `input` as its standard input and waits for its end.
  virtual Result<CommandOutcome> run(const std::vector<std::string>& argv,
                                     std::string_view input = {}) = 0;
};

// Looks in PATH and in the folders of administrators (a user's PATH often lacks /usr/sbin), but for
// a program that is named by its whole path. What takes longer than `bound` is killed, and is an
// error.
class SystemCommandRunner final : public CommandRunner {
 public:
  explicit SystemCommandRunner(std::string search_path,
                               std::chrono::milliseconds bound = std::chrono::seconds(60));

  bool available(std::string_view program) const override;
  Result<CommandOutcome> run(const std::vector<std::string>& argv,
                             std::string_view input = {}) override;

 private:
  std::optional<std::string> find(std::string_view program) const;

  std::string search_path_;
  std::chrono::milliseconds bound_;
};

}  // namespace gatehouse::certs
