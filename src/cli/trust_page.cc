#include "cli/trust_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/questions.h"
#include "cli/time_text.h"

namespace gatehouse::cli {
namespace {

Result<api::TrustPageState> changed(const TrustPageCommand& command, const Surroundings& around) {
  api::TrustPageState state;
  api::CloseTrustPageRequest close;
  api::OpenTrustPageRequest open;
  open.set_seconds(command.seconds);
  open.set_listen(command.listen);
  open.set_ca(command.ca);
  auto asked = command.close ? ask(around, command.api, "TrustService/ClosePage", close, state)
                             : ask(around, command.api, "TrustService/OpenPage", open, state);
  if (!asked) return pass_on(asked);
  return state;
}

// Of all roots, the next one marked.
std::string fingerprints_of(const api::ShowTrustResponse& shown) {
  if (shown.roots().size() < 2) return shown.fingerprint();
  std::string all;
  for (const api::TrustRoot& root : shown.roots()) {
    all += fmt::format("{}{} ({} root)", all.empty() ? "" : "\n             ", root.fingerprint(),
                       root.state());
  }
  return all;
}

// Line by line.
std::string printable_lines(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    out += printable(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (!lines.empty()) out += '\n';
  }
  return out;
}

}  // namespace

std::string trust_page_text(const api::TrustPageState& state, std::string_view fingerprint,
                            WallTime now) {
  if (!state.open()) return "The trust page is closed.\n";
  std::string out = "The trust page is open:\n\n";
  for (const std::string& url : state.urls()) out += fmt::format("  {}\n", printable(url));
  const auto until = parse_timestamp(state.until());
  out += fmt::format("\nuntil        {}\n",
                     until ? fmt::format("{} ({})", minute_text(*until), relative_text(*until, now))
                           : printable(state.until()));
  out += state.verdict_port() == 0
             ? "live test    none: the CA may certify no name of this machine\n"
             : fmt::format("live test    port {}, which has to be open to the devices too\n",
                           state.verdict_port());
  out += fmt::format("SHA-256      {}\n", printable_lines(fingerprint));
  return out +
         "\nTell people these groups by telephone or on paper: they compare them with the "
         "page.\n";
}

std::string coverage_text(const api::ShowTrustResponse& shown) {
  if (shown.name().empty()) return {};
  return fmt::format(
      "{} {} passed the live test of the trust page since gatehouse started. Anybody can pretend "
      "that: it is a help for planning only.\n",
      shown.devices(), shown.devices() == 1 ? "device has" : "devices have");
}

Result<int> trust_page(const TrustPageCommand& command, const Surroundings& around) {
  const auto state = changed(command, around);
  if (!state) return std::unexpected(state.error());
  if (command.api.json) {
    around.console.data(json_line(*state));
    return 0;
  }
  api::ShowTrustRequest of_ca;
  of_ca.set_ca(command.ca);
  api::ShowTrustResponse shown;
  auto asked = ask(around, command.api, "TrustService/Show", of_ca, shown);
  if (!asked) return std::unexpected(asked.error());
  around.console.data(trust_page_text(*state, fingerprints_of(shown), around.clock.wall()));
  return 0;
}

}  // namespace gatehouse::cli
