#include "cli/terminal.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <termios.h>
#include <unistd.h>

namespace gatehouse::cli {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, Closer>;

// Switches the echo off as long as it lives.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    if (tcgetattr(terminal_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silenced_ = tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (silenced_) (void)tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  bool silenced() const { return silenced_; }

 private:
  int terminal_;
  termios before_{};
  bool silenced_ = false;
};

FilePtr terminal() { return FilePtr(std::fopen("/dev/tty", "r+e")); }

bool confirmed(std::string_view question) {
  const FilePtr asked = terminal();
  if (!asked) return false;
  (void)std::fwrite(question.data(), 1, question.size(), asked.get());
  (void)std::fflush(asked.get());
  char line[16];
  if (std::fgets(line, sizeof line, asked.get()) == nullptr) return false;
  const std::string_view answer(line);
  return answer == "y\n" || answer == "Y\n" || answer == "yes\n" || answer == "YES\n";
}

}  // namespace

std::optional<std::string> ask_at_terminal(std::string_view prompt) {
  const FilePtr asked = terminal();
  if (!asked) return std::nullopt;
  const Silence silence(fileno(asked.get()));
  if (!silence.silenced()) return std::nullopt;
  (void)std::fwrite(prompt.data(), 1, prompt.size(), asked.get());
  (void)std::fflush(asked.get());
  char line[2048];
  const char* got = std::fgets(line, sizeof line, asked.get());
  (void)std::fputs("\n", asked.get());
  std::string answer = got == nullptr ? "" : line;
  explicit_bzero(line, sizeof line);
  while (answer.ends_with('\n') || answer.ends_with('\r')) answer.pop_back();
  if (answer.empty()) return std::nullopt;
  return answer;
}

std::function<bool(std::string_view question)> confirming() {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) return {};
  return confirmed;
}

}  // namespace gatehouse::cli
