#include "cli/help.h"

#include <fmt/format.h>

#include "cli/flags.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kWidth = 88;
constexpr std::size_t kColumn = 29;

constexpr std::string_view kShort = R"(gatehouse puts correct HTTPS in front of an application.

  gatehouse run                              https://localhost:8443 with a welcome page
  gatehouse run --to http://127.0.0.1:3000   the same in front of an application

  run       serve
  trust     make this machine trust the certificates: install, uninstall, export
  version   say which version this is
  help      more about one of these: gatehouse help run
)";

constexpr std::string_view kRunIntroduction = R"(gatehouse run [flags]

Serves HTTPS, in front of an application or with a welcome page. On its first start it makes
a local CA and a certificate for the names of this machine. SIGTERM and Ctrl-C end it when
the running requests are done; a second one ends it at once.

  gatehouse run --to http://127.0.0.1:3000
  gatehouse run --to unix:/run/app.sock --listen localhost:8443
  gatehouse run --to http://127.0.0.1:3000 --route /api=http://127.0.0.1:9000
  gatehouse run --to http://10.0.0.5:80 --host files.local --listen :443

Flags (those with ... may be given several times):
)";

constexpr std::string_view kRunEnd = R"(
The state folder is --state, else $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/gatehouse,
else ~/.local/state/gatehouse. In the environment, weaker than the flags: GATEHOUSE_TO,
GATEHOUSE_LISTEN (several with commas), GATEHOUSE_CERTIFICATE, GATEHOUSE_KEY, GATEHOUSE_STATE.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 configuration invalid, 4 not found,
5 unreachable, 6 not permitted, 7 conflict (port in use), 9 timed out.
)";

constexpr std::string_view kTrustIntroduction = R"(gatehouse trust install|uninstall|export [flags]

Makes this machine trust the local CA of gatehouse (the system's store and the NSS databases of
Chromium and Firefox), takes that back, or writes the CA's certificate for other devices. No
private key ever leaves the state folder.

  gatehouse trust install
  gatehouse trust export --out gatehouse-ca.crt

Flags (those with ... may be given several times):
)";

constexpr std::string_view kVersionIntroduction = R"(gatehouse version [flags]

Flags:
)";

void append_wrapped(std::string& out, std::string_view text) {
  std::size_t column = kColumn;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column + word.size() > kWidth) {
      out += fmt::format("\n{:{}}", "", kColumn);
      column = kColumn;
    } else if (column > kColumn) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  out += '\n';
}

template <class Into>
std::string list(std::span<const Flag<Into>> flags) {
  std::string out;
  for (const Flag<Into>& flag : flags) {
    const std::string left =
        fmt::format("  {} {}{}", flag.name, flag.value, flag.repeatable ? "..." : "");
    // Two blanks at least before the text.
    const bool fits = left.size() + 2 <= kColumn;
    out += fits ? fmt::format("{:{}}", left, kColumn) : fmt::format("{}\n{:{}}", left, "", kColumn);
    append_wrapped(out, flag.help);
  }
  return out;
}

}  // namespace

std::string short_help() { return std::string(kShort); }

std::string help_of(std::string_view verb) {
  if (verb == "run") return fmt::format("{}{}{}", kRunIntroduction, list(run_flags()), kRunEnd);
  if (verb == "trust") return fmt::format("{}{}", kTrustIntroduction, list(trust_flags()));
  if (verb == "version") return fmt::format("{}{}", kVersionIntroduction, list(version_flags()));
  return short_help();
}

}  // namespace gatehouse::cli
