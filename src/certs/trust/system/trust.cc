#include "certs/trust/system/trust.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "certs/trust/system/firefox_policy.h"
#include "certs/trust/system/java_store.h"
#include "certs/trust/system/nss_store.h"
#include "certs/trust/system/system_store.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kMost = 64 * 1024;

TrustStep no_browser() {
  return {TrustStep::Outcome::skipped, "browsers",
          "no database of Chromium or Firefox was found for this user; --nss names one"};
}

}  // namespace

Result<crypto::Certificate> read_anchor(const std::filesystem::path& state_folder) {
  const auto file = state_folder / "ca/root.crt";
  std::error_code code;
  const bool there = std::filesystem::exists(file, code);
  if (code) {
    return fail(Fault::operator_input,
                fmt::format("{} cannot be read: {}; run it as the user that runs gatehouse",
                            file.string(), code.message()),
                ErrorKind::not_permitted);
  }
  if (!there) {
    return fail(Fault::operator_input,
                fmt::format("there is no local CA in {} yet: start `gatehouse run` once, or say "
                            "with --state where it is",
                            state_folder.string()),
                ErrorKind::not_found);
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return fail(
        Fault::operator_input,
        fmt::format("{} cannot be read: run it as the user that runs gatehouse", file.string()),
        ErrorKind::not_permitted);
  }
  std::string text(kMost, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto anchor = crypto::Certificate::from_pem(text);
  if (anchor) return anchor;
  return fail(Fault::operator_input, fmt::format("{}: {}", file.string(), anchor.error().what),
              ErrorKind::invalid);
}

std::vector<TrustStep> install_trust(const crypto::Certificate& anchor, const TrustPlaces& places,
                                     CommandRunner& runner) {
  std::vector<TrustStep> steps{install_in_system_store(anchor, places.system_root, runner)};
  const auto databases = find_nss_databases(places, runner);
  for (const auto& database : databases) steps.push_back(install_in_nss(anchor, database, runner));
  if (databases.empty()) steps.push_back(no_browser());
  if (has_firefox(places.system_root)) {
    steps.push_back(install_in_firefox_policy(anchor, places.system_root));
  }
  for (const auto& store : find_java_stores(places, runner)) {
    steps.push_back(install_in_java(anchor, store, runner));
  }
  return steps;
}

std::vector<TrustStep> uninstall_trust(const crypto::Certificate& anchor, const TrustPlaces& places,
                                       CommandRunner& runner) {
  std::vector<TrustStep> steps{uninstall_from_system_store(anchor, places.system_root, runner)};
  const auto databases = find_nss_databases(places, runner);
  for (const auto& database : databases) {
    steps.push_back(uninstall_from_nss(anchor, database, runner));
  }
  if (databases.empty()) steps.push_back(no_browser());
  if (has_firefox(places.system_root)) {
    steps.push_back(uninstall_from_firefox_policy(anchor, places.system_root));
  }
  for (const auto& store : find_java_stores(places, runner)) {
    steps.push_back(uninstall_from_java(anchor, store, runner));
  }
  return steps;
}

std::vector<TrustStatus> trust_status(const crypto::Certificate& anchor, const TrustPlaces& places,
                                      CommandRunner& runner) {
  std::vector<TrustStatus> all{status_of_system_store(anchor, places.system_root)};
  for (const auto& database : find_nss_databases(places, runner)) {
    all.push_back(status_of_nss(anchor, database, runner));
  }
  if (has_firefox(places.system_root)) {
    all.push_back(status_of_firefox_policy(anchor, places.system_root));
  }
  for (const auto& store : find_java_stores(places, runner)) {
    all.push_back(status_of_java(anchor, store, runner));
  }
  return all;
}

}  // namespace gatehouse::certs
