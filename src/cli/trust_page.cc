#include "cli/trust_page.h"

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
  auto asked = command.close ? ask(around, command.api, "TrustService/ClosePage", close, state)
                             : ask(around, command.api, "TrustService/OpenPage", open, state);
  if (!asked) return pass_on(asked);
  return state;
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
  out += fmt::format("live test    port {}, which has to be open to the devices too\n",
                     state.verdict_port());
  out += fmt::format("SHA-256      {}\n", printable(fingerprint));
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
  api::ShowTrustResponse shown;
  auto asked = ask(around, command.api, "TrustService/Show", api::ShowTrustRequest{}, shown);
  if (!asked) return std::unexpected(asked.error());
  around.console.data(trust_page_text(*state, shown.fingerprint(), around.clock.wall()));
  return 0;
}

}  // namespace gatehouse::cli
