#include "cli/changes.h"

#include <fmt/format.h>

#include "cli/change_text.h"
#include "cli/edits.h"
#include "cli/progress.h"
#include "cli/questions.h"
#include "cli/small_file.h"
#include "config/diagnostic_messages.h"

namespace gatehouse::cli {
namespace {

int show(const api::ChangeResponse& change, const ChangeOptions& options, Console& console) {
  const ChangeOutcome outcome = outcome_of(change, options.dry_run);
  if (options.api.json) {
    console.data(json_line(change));
    return exit_code(outcome);
  }
  const auto diagnostics = config::diagnostics_of(change.diagnostics());
  if (!diagnostics.empty()) console.talk(config::render(diagnostics, console.colours_talk()));
  console.data(change_text(change, outcome, Paint(console.colours_data())));
  return exit_code(outcome);
}

Result<int> change(std::string_view method, const Message& request, const ChangeOptions& options,
                   const Surroundings& around) {
  api::ChangeResponse response;
  auto done = [&] {
    Progress progress(around.console, options.api.json || options.dry_run);
    return ask(around, options.api, method, request, response,
               [&progress](const api::Event& event) { progress.tell(event); });
  }();
  if (!done) return pass_on(done);
  return show(response, options, around.console);
}

Result<int> change(api::Edit edit, const ChangeOptions& options, const Surroundings& around) {
  return change("ConfigurationService/Change", request_of(std::move(edit), options), options,
                around);
}

}  // namespace

Result<int> add_site(const AddSite& add, const Surroundings& around) {
  return change(edit_of(add, around.here), add.change, around);
}

Result<int> add_binding(const AddBinding& add, const Surroundings& around) {
  const std::string advice = advice_on_short_names(add, around.domain());
  if (!advice.empty() && !add.change.api.json) around.console.talk(advice);
  return change(edit_of(add, around.here), add.change, around);
}

Result<int> remove_site(const RemoveSite& remove, const Surroundings& around) {
  return change(edit_of(remove), remove.change, around);
}

Result<int> remove_binding(const RemoveBinding& remove, const Surroundings& around) {
  return change(edit_of(remove), remove.change, around);
}

Result<int> enable_site(const EnableSite& enable, const Surroundings& around) {
  return change(edit_of(enable), enable.change, around);
}

Result<int> reload(const Reload& reload, const Surroundings& around) {
  api::ReloadRequest request;
  request.set_dry_run(reload.change.dry_run);
  return change("ConfigurationService/Reload", request, reload.change, around);
}

Result<int> rollback(const Rollback& rollback, const Surroundings& around) {
  api::RollbackRequest request;
  request.set_revision(rollback.revision);
  request.set_dry_run(rollback.change.dry_run);
  return change("ConfigurationService/Rollback", request, rollback.change, around);
}

Result<int> apply_config(const ApplyConfig& apply, const Surroundings& around) {
  auto text = read_small_file(apply.file == "-" ? apply.file : around.here / apply.file);
  if (!text) return pass_on(text);
  api::Edit edit;
  edit.set_replace_yaml(std::move(*text));
  return change(std::move(edit), apply.change, around);
}

}  // namespace gatehouse::cli
