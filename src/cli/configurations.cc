#include "cli/configurations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/origin_text.h"
#include "cli/questions.h"
#include "cli/small_file.h"
#include "config/codes.h"
#include "config/document.h"

namespace gatehouse::cli {
namespace {

Result<api::GetConfigurationResponse> in_force(const Connection& connection,
                                               const Surroundings& around) {
  api::GetConfigurationResponse response;
  auto asked =
      ask(around, connection, "ConfigurationService/Get", api::GetConfigurationRequest{}, response);
  if (!asked) return pass_on(asked);
  return response;
}

std::unexpected<Error> no_such_site(const ShowSite& show, const api::Configuration& configuration) {
  std::vector<std::string_view> names;
  for (const auto& [name, site] : configuration.sites()) names.push_back(name);
  return fail(Fault::operator_input,
              fmt::format("There is no site \"{}\".{} See gatehouse site list.",
                          printable(show.name), did_you_mean(show.name, names)),
              ErrorKind::not_found);
}

std::string explanation_json(const config::Explanation& one) {
  return fmt::format(R"({{"code":{},"title":{},"text":{}}})", json_string(one.code),
                     json_string(one.title), json_string(one.text));
}

std::string all_explanations(bool json) {
  std::vector<std::string> lines;
  for (const config::Explanation& one : config::explanations()) {
    lines.push_back(json ? explanation_json(one) : fmt::format("{}  {}\n", one.code, one.title));
  }
  return json ? fmt::format("{{\"codes\":[{}]}}\n", fmt::join(lines, ","))
              : fmt::format("{}", fmt::join(lines, ""));
}

}  // namespace

Result<int> show_site(const ShowSite& show, const Surroundings& around) {
  auto all = in_force(show.api, around);
  if (!all) return pass_on(all);
  const auto found = all->configuration().sites().find(show.name);
  if (found == all->configuration().sites().end()) return no_such_site(show, all->configuration());
  if (show.api.json) {
    around.console.data(json_line(found->second));
    return 0;
  }
  api::GetConfigurationResponse only;
  (*only.mutable_configuration()->mutable_sites())[show.name] = found->second;
  *only.mutable_origins() = all->origins();
  around.console.data(yaml_with_origins(only));
  return 0;
}

Result<int> show_config(const ShowConfig& show, const Surroundings& around) {
  auto all = in_force(show.api, around);
  if (!all) return pass_on(all);
  if (show.api.json) {
    around.console.data(json_line(*all));
  } else {
    around.console.data(show.origin ? yaml_with_origins(*all)
                                    : config::to_yaml(all->configuration()));
  }
  return 0;
}

Result<int> export_config(const ExportConfig& to, const Surroundings& around) {
  api::ExportRequest request;
  request.set_everything(to.everything);
  api::ExportResponse response;
  auto asked = ask(around, to.api, "ConfigurationService/Export", request, response);
  if (!asked) return pass_on(asked);
  const std::string text = to.api.json ? json_line(response) : response.yaml();
  if (to.out.empty()) {
    around.console.data(text);
    return 0;
  }
  if (auto written = write_small_file(around.here / to.out, text); !written)
    return pass_on(written);
  around.console.talk(fmt::format("Written to {}.\n", to.out.string()));
  return 0;
}

Result<int> explain_code(const ExplainCode& explain, const Surroundings& around) {
  if (explain.code.empty()) {
    around.console.data(all_explanations(explain.json));
    return 0;
  }
  const auto one = config::explain(explain.code);
  if (!one) {
    return fail(Fault::operator_input,
                fmt::format("There is no code {}. gatehouse explain lists them all.",
                            printable(explain.code)),
                ErrorKind::not_found);
  }
  around.console.data(explain.json
                          ? explanation_json(*one) + "\n"
                          : fmt::format("{}: {}\n\n{}\n", one->code, one->title, one->text));
  return 0;
}

}  // namespace gatehouse::cli
