#include "cli/passphrases.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/small_file.h"
#include "crypto/exchange/passphrase_strength.h"

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

Result<std::string> first_line(const std::filesystem::path& file) {
  auto text = read_small_file(file);
  if (!text) return pass_on(text);
  std::string line = text->substr(0, text->find('\n'));
  if (line.ends_with('\r')) line.pop_back();
  wipe(*text);
  if (!line.empty()) return line;
  return fail(Fault::operator_input,
              fmt::format("The first line of {} is empty: there is no passphrase.",
                          file == "-" ? "standard input" : printable(file.string())),
              ErrorKind::invalid);
}

}  // namespace

void wipe(std::string& text) {
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Result<std::vector<std::string>> read_passphrases(const PassphraseSource& source,
                                                  const Surroundings& around) {
  std::vector<std::string> all;
  for (const auto& file : source.files) {
    auto line = first_line(around.here / file);
    if (!line) return pass_on(line);
    all.push_back(std::move(*line));
  }
  if (!source.standard_input) return all;
  auto line = first_line("-");
  if (!line) return pass_on(line);
  all.push_back(std::move(*line));
  return all;
}

Result<std::string> passphrase_for_export(const PassphraseSource& source,
                                          const Surroundings& around) {
  if (source.generate) {
    const crypto::Passphrase made = crypto::generate_passphrase();
    std::string text(as_text(made.utf8()));
    around.console.talk(fmt::format("The passphrase, which is not shown again: {}\n", text));
    return text;
  }
  auto all = read_passphrases(source, around);
  if (!all) return pass_on(all);
  if (all->size() == 1) return std::move(all->front());
  return fail(Fault::operator_input, "Give one passphrase: by a file, or by standard input.",
              ErrorKind::usage);
}

std::optional<std::string> ask_at_terminal(std::string_view prompt) {
  const FilePtr terminal(std::fopen("/dev/tty", "r+e"));
  if (!terminal) return std::nullopt;
  const Silence silence(fileno(terminal.get()));
  if (!silence.silenced()) return std::nullopt;
  (void)std::fwrite(prompt.data(), 1, prompt.size(), terminal.get());
  (void)std::fflush(terminal.get());
  char line[2048];
  const char* got = std::fgets(line, sizeof line, terminal.get());
  (void)std::fputs("\n", terminal.get());
  std::string answer = got == nullptr ? "" : line;
  explicit_bzero(line, sizeof line);
  while (answer.ends_with('\n') || answer.ends_with('\r')) answer.pop_back();
  if (answer.empty()) return std::nullopt;
  return answer;
}

}  // namespace gatehouse::cli
