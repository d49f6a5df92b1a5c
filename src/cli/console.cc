#include "cli/console.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::cli {
namespace {

bool may_colour(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && isatty(descriptor) == 1;
}

}  // namespace

StandardConsole::StandardConsole()
    : colours_data_(may_colour(STDOUT_FILENO)),
      colours_talk_(may_colour(STDERR_FILENO)),
      live_(isatty(STDERR_FILENO) == 1) {}

void StandardConsole::data(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
}

void StandardConsole::talk(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string Paint::in(std::string_view colour, std::string_view text) const {
  if (!on_) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", colour, text);
}

}  // namespace gatehouse::cli
