#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "certs/fetch/issuer_fetch.h"
#include "cli/api.h"
#include "cli/console.h"
#include "cli/grammar.h"

namespace gatehouse::cli {

// What a verb may touch beside its arguments; borrowed for as long as it is carried out.
struct Surroundings {
  ConnectToApi connect;
  Console& console;
  const Clock& clock;
  Environment environment;
  std::filesystem::path here;           // relative files are below it
  std::function<std::string()> domain;  // of this machine; empty: none
  std::string version;
  std::function<void(std::chrono::milliseconds)> wait;  // returns after that time
  // Asks the person at the terminal without showing the answer; none where nobody is there. Null:
  // nobody is.
  std::function<std::optional<std::string>(std::string_view prompt)> ask_secret = {};
  // Asks the person at the terminal a question of yes or no; only "yes" is true. Null: nobody is
  // there.
  std::function<bool(std::string_view question)> confirm = {};
  // The issuer of a certificate from where the certificate says that it is. Blocks for seconds.
  std::function<Result<certs::FetchedIssuer>(const crypto::Certificate& below)> fetch_issuer = {};
};

}  // namespace gatehouse::cli
