#include <algorithm>

#include <fmt/format.h>

#include "api/json.h"
#include "base/number_text.h"
#include "cli/configurations.h"
#include "cli/exit_code.h"
#include "cli/questions.h"
#include "cli/small_file.h"
#include "config/diagnostic_messages.h"
#include "config/difference.h"
#include "config/document.h"
#include "config/settings.h"

namespace gatehouse::cli {
namespace {

config::ReadOptions options_of(const Surroundings& around) {
  config::ReadOptions options;
  options.environment = [&around](const std::string& name) {
    return around.environment(name.c_str());
  };
  options.credentials = around.environment("CREDENTIALS_DIRECTORY").value_or("");
  return options;
}

// A file with its conf.d, or standard input.
Result<config::Reading> read(const std::filesystem::path& file, const Surroundings& around) {
  if (file != "-") return config::read_files(around.here / file, options_of(around));
  auto text = read_small_file(file);
  if (!text) return pass_on(text);
  return config::read_text(*text, "standard input", config::Origin::Source::file,
                           options_of(around));
}

std::string json_of(const config::Diagnostics& diagnostics) {
  api::ValidateResponse response;
  config::add(diagnostics, *response.mutable_diagnostics());
  return json_line(response);
}

}  // namespace

Result<int> validate_config(const ValidateConfig& validate, const Surroundings& around) {
  auto reading = read(validate.file, around);
  if (!reading) return pass_on(reading);
  config::Diagnostics diagnostics = std::move(reading->diagnostics);
  // What was not understood has no meaning to check.
  if (!config::has_errors(diagnostics)) {
    auto settled = config::settle(reading->document);
    diagnostics.insert(diagnostics.end(), settled.diagnostics.begin(), settled.diagnostics.end());
  }
  const int code = config::has_errors(diagnostics) ? exit_code(ErrorKind::invalid) : 0;
  if (validate.json) {
    around.console.data(json_of(diagnostics));
    return code;
  }
  around.console.talk(config::render(diagnostics, around.console.colours_talk()));
  const auto& message = reading->document.message;
  if (code == 0) {
    around.console.data(fmt::format("{} is valid: {}, {}.\n", validate.file.string(),
                                    counted(message.sites().size(), "site"),
                                    counted(message.bindings().size(), "binding")));
  }
  return code;
}

Result<config::Settings> read_settings(const std::filesystem::path& file,
                                       const Surroundings& around) {
  auto reading = config::read_files(around.here / file, options_of(around));
  config::Diagnostics diagnostics = std::move(reading.diagnostics);
  const auto open = std::ranges::find(diagnostics, "GH2013", &config::Diagnostic::code);
  if (open != diagnostics.end()) {
    return fail(Fault::operator_input,
                fmt::format("{}, and with it what is written and run here: chmod o-w,g-w {}",
                            open->message, file.string()),
                ErrorKind::not_permitted);
  }
  config::Settled settled;
  if (!config::has_errors(diagnostics)) {
    settled = config::settle(reading.document);
    diagnostics.insert(diagnostics.end(), settled.diagnostics.begin(), settled.diagnostics.end());
  }
  if (settled.settings) return std::move(*settled.settings);
  around.console.talk(config::render(diagnostics, around.console.colours_talk()));
  return fail(Fault::operator_input, fmt::format("{} is not valid.", file.string()),
              ErrorKind::invalid);
}

Result<int> diff_config(const DiffConfig& diff, const Surroundings& around) {
  auto reading = read(diff.file, around);
  if (!reading) return pass_on(reading);
  if (config::has_errors(reading->diagnostics)) {
    around.console.talk(config::render(reading->diagnostics, around.console.colours_talk()));
    return exit_code(ErrorKind::invalid);
  }
  api::GetConfigurationResponse now;
  auto asked =
      ask(around, diff.api, "ConfigurationService/Get", api::GetConfigurationRequest{}, now);
  if (!asked) return pass_on(asked);
  const auto changes = config::difference(now.configuration(), reading->document.message);
  if (changes.empty()) around.console.talk("The file says what is in force.\n");
  around.console.data(config::text(changes));
  return 0;
}

}  // namespace gatehouse::cli
