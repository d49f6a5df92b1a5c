#include "cli/questions.h"

#include <fmt/format.h>

#include "api/json.h"
#include "cli/exit_code.h"
#include "cli/life.h"
#include "cli/lists.h"
#include "cli/status_text.h"

namespace gatehouse::cli {
namespace {

// Asks, then prints the answer as JSON or by `text`.
template <class Response, class Text>
Result<Response> answer(const Surroundings& around, const Connection& connection,
                        std::string_view method, const Message& request, Text text) {
  Response response;
  auto asked = ask(around, connection, method, request, response);
  if (!asked) return pass_on(asked);
  around.console.data(connection.json ? json_line(response) : text(response));
  return response;
}

template <class Response>
Result<int> code(const Result<Response>& answered, int value = 0) {
  if (!answered) return std::unexpected(answered.error());
  return value;
}

// Where the sites of the running gatehouse answer with TLS.
Result<std::vector<check::Target>> published_targets(const Connection& connection,
                                                     const Surroundings& around) {
  api::ListSitesResponse sites;
  auto asked = ask(around, connection, "SiteService/List", api::ListSitesRequest{}, sites);
  if (!asked) return pass_on(asked);
  std::vector<check::Target> targets;
  for (const api::SiteRow& site : sites.sites()) {
    for (const std::string& url : site.urls()) {
      if (!site.enabled() || !url.starts_with("https://")) continue;
      // A site for every name has none to ask for.
      if (auto target = check::Target::parse(url)) targets.push_back(std::move(*target));
    }
  }
  if (!targets.empty()) return targets;
  return fail(Fault::operator_input,
              "No site with a name is published here. Say what to check: gatehouse check "
              "files.example.com",
              ErrorKind::not_found);
}

}  // namespace

Result<Ok> ask(const Surroundings& around, const Connection& connection, std::string_view method,
               const Message& request, Message& response, const EventSink& events) {
  auto api = around.connect(connection);
  if (!api) return pass_on(api);
  return (*api)->call(fmt::format("gatehouse.v1.{}", method), request, response, events);
}

std::string json_line(const Message& message) { return api::to_json(message) + "\n"; }

Result<int> list_sites(const ListSites& list, const Surroundings& around) {
  api::ListSitesRequest request;
  request.set_owner(list.owner);
  return code(
      answer<api::ListSitesResponse>(around, list.api, "SiteService/List", request, sites_text));
}

Result<int> list_bindings(const ListBindings& list, const Surroundings& around) {
  api::ListBindingsRequest request;
  request.set_owner(list.owner);
  return code(answer<api::ListBindingsResponse>(around, list.api, "BindingService/List", request,
                                                bindings_text));
}

Result<int> explain_binding(const ExplainBinding& explain, const Surroundings& around) {
  api::ExplainBindingRequest request;
  request.set_name(explain.name);
  request.set_address(explain.address);
  request.set_port(explain.port);
  const auto answered = answer<api::ExplainBindingResponse>(
      around, explain.api, "BindingService/Explain", request, explanation_text);
  const bool somebody = answered && answered->answered();
  return code(answered, somebody ? 0 : exit_code(ErrorKind::not_found));
}

Result<int> list_listeners(const ListListeners& list, const Surroundings& around) {
  return code(answer<api::ListListenersResponse>(around, list.api, "ListenerService/List",
                                                 api::ListListenersRequest{}, listeners_text));
}

Result<int> list_upstreams(const ListUpstreams& list, const Surroundings& around) {
  return code(answer<api::ListUpstreamsResponse>(around, list.api, "UpstreamService/List",
                                                 api::ListUpstreamsRequest{}, upstreams_text));
}

Result<int> show_status(const ShowStatus& show, const Surroundings& around) {
  const auto answered = answer<api::Status>(
      around, show.api, "StatusService/Get", api::GetStatusRequest{}, [&around](const auto& now) {
        return status_text(now, around.clock.wall(), Paint(around.console.colours_data()));
      });
  return code(answered, answered ? exit_code(answered->certificates()) : 0);
}

Result<int> check(const RunCheck& run, const Surroundings& around) {
  CheckCommand what = run.check;
  if (what.targets.empty()) {
    auto targets = published_targets(run.api, around);
    if (!targets) return pass_on(targets);
    what.targets = std::move(*targets);
  }
  auto checked = run_check(what, around.clock);
  if (!checked) return pass_on(checked);
  around.console.data(checked->text);
  return checked->exit_code;
}

Result<int> show_history(const ShowHistory& show, const Surroundings& around) {
  return code(answer<api::HistoryResponse>(
      around, show.api, "ConfigurationService/History", api::HistoryRequest{},
      [&around](const auto& rows) { return history_text(rows, around.clock.wall()); }));
}

}  // namespace gatehouse::cli
