#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "certs/trust/system/trust.h"
#include "crypto/testing/chains.h"

namespace gatehouse::certs::testing {

namespace fs = std::filesystem;

// Notes what would have been run; certutil keeps a list of nicknames for each database.
class FakeRunner final : public CommandRunner {
 public:
  bool available(std::string_view program) const override {
    return std::ranges::find(installed, program) != installed.end();
  }
  Result<CommandOutcome> run(const std::vector<std::string>& argv,
                             std::string_view input) override {
    commands.push_back(argv);
    inputs.emplace_back(input);
    if (argv.front() == "certutil") return certutil(argv);
    if (argv.front().ends_with("keytool")) return keytool(argv);
    return CommandOutcome{exit_code, output};
  }

  std::vector<std::string> installed{"certutil", "update-ca-certificates", "update-ca-trust",
                                     "trust"};
  std::vector<std::vector<std::string>> commands;
  std::vector<std::string> inputs;
  int exit_code = 0;
  std::string output;

 private:
  // keytool OPTION -keystore FILE -storepass PASSWORD -alias ALIAS ...
  CommandOutcome keytool(const std::vector<std::string>& argv) {
    if (exit_code != 0 && argv[1] != "-list") return {exit_code, output};
    auto& aliases = databases_[argv[3]];
    if (argv[1] == "-importcert") aliases.push_back(argv[7]);
    if (argv[1] == "-delete") std::erase(aliases, argv[7]);
    if (argv[1] != "-list") return {};
    return {std::ranges::find(aliases, argv[7]) == aliases.end() ? 1 : 0, ""};
  }

  CommandOutcome certutil(const std::vector<std::string>& argv) {
    if (exit_code != 0) return {exit_code, output};
    auto& names = databases_[argv.back()];
    if (argv[1] == "-A") names.push_back(argv[4]);
    if (argv[1] == "-D") std::erase(names, argv[3]);
    std::string listing = "\nCertificate Nickname      Trust Attributes\n\n";
    for (const auto& name : names) listing += name + "      C,,  \n";
    return {0, argv[1] == "-L" ? listing : ""};
  }

  std::map<std::string, std::vector<std::string>> databases_;
};

class TrustTest : public ::testing::Test {
 protected:
  void SetUp() override { places_ = {root_.path(), home_.path(), {}}; }

  std::vector<TrustStep> install() { return install_trust(anchor_, places_, runner_); }
  std::vector<TrustStep> uninstall() { return uninstall_trust(anchor_, places_, runner_); }

  std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }

  crypto::testing::Ca ca_;
  const crypto::Certificate& anchor_ = ca_.root;
  gatehouse::testing::TemporaryFolder root_;
  gatehouse::testing::TemporaryFolder home_;
  TrustPlaces places_;
  FakeRunner runner_;
};

inline auto outcome_is(TrustStep::Outcome outcome) {
  return ::testing::Field(&TrustStep::outcome, outcome);
}

}  // namespace gatehouse::certs::testing
