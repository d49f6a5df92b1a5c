#include "app/trust_source.h"

#include <cstdlib>

#include <fmt/format.h>

#include "certs/trust/system/trust.h"
#include "cli/common_flags.h"
#include "cli/live_api.h"

namespace gatehouse::app {
namespace {

Result<certs::TrustedCa> ca_in(const api::ShowTrustResponse& shown) {
  certs::TrustedCa ca{.name = shown.ca(), .roots = {}};
  for (const api::TrustRoot& root : shown.roots()) {
    auto certificate = crypto::Certificate::from_pem(root.pem());
    if (!certificate) return pass_on(certificate);
    ca.roots.push_back({std::move(*certificate), certs::trust_role_of(root.state())});
  }
  if (!ca.roots.empty()) return ca;
  return fail(Fault::ours, fmt::format("the running gatehouse tells no root of {}", ca.name));
}

}  // namespace

Result<api::ShowTrustResponse> ask_for_trust(const cli::TrustCommand& command) {
  cli::Connection connection;
  connection.state = command.state;
  cli::complete_sockets(connection, [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  });
  auto api = cli::connect_live(connection);
  if (!api) return pass_on(api);
  api::ShowTrustRequest request;
  request.set_ca(command.ca);
  api::ShowTrustResponse shown;
  auto called = (*api)->call("gatehouse.v1.TrustService/Show", request, shown, {});
  if (!called) return pass_on(called);
  return shown;
}

Result<certs::TrustedCa> trusted_ca(const cli::TrustCommand& command) {
  if (!certs::is_machine_ca(command.ca)) {
    auto shown = ask_for_trust(command);
    if (!shown) return pass_on(shown);
    return ca_in(*shown);
  }
  auto anchor = certs::read_anchor(command.state);
  if (!anchor) return pass_on(anchor);
  if (const auto shown = ask_for_trust(command)) {
    auto told = ca_in(*shown);
    if (told && told->active() == *anchor) {
      told->name.clear();
      return told;
    }
  }
  return certs::TrustedCa{.name = {}, .roots = {{std::move(*anchor)}}};
}

}  // namespace gatehouse::app
