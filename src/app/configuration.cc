#include "app/configuration.h"

#include <cstdlib>

#include "cli/run_document.h"

namespace gatehouse::app {
namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

control::Sources sources_of(const cli::RunCommand& command) {
  control::Sources::Places places;
  if (!command.config.empty()) places.file = std::filesystem::absolute(command.config);
  places.reading.environment = environment;
  places.reading.credentials = environment("CREDENTIALS_DIRECTORY").value_or("");
  places.state = std::filesystem::absolute(command.state);
  return {std::move(places), cli::run_document(command)};
}

}  // namespace gatehouse::app
