#include "certs/trust/system/nss_store.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using Outcome = TrustStep::Outcome;

constexpr std::string_view kTool = "certutil";
constexpr std::string_view kTrusted = "C,,";  // as a CA of servers, for nothing else

bool is_database(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "cert9.db", ignored);
}

void add_chromium(const fs::path& home, const CommandRunner& runner,
                  std::vector<NssDatabase>& found) {
  constexpr std::array<const char*, 3> kPlaces = {".pki/nssdb", "snap/chromium/current/.pki/nssdb",
                                                  ".var/app/org.chromium.Chromium/.pki/nssdb"};
  for (const char* place : kPlaces) {
    if (is_database(home / place)) found.push_back({"Chromium", home / place, false});
  }
  constexpr std::array<const char*, 4> kBrowsers = {"chromium", "chromium-browser", "google-chrome",
                                                    "google-chrome-stable"};
  const bool has_browser =
      std::ranges::any_of(kBrowsers, [&](const char* name) { return runner.available(name); });
  // A browser that never ran has no database yet, and would make an empty one at its first start.
  if (has_browser && !is_database(home / kPlaces[0])) {
    found.push_back({"Chromium", home / kPlaces[0], true});
  }
}

void add_firefox(const fs::path& home, std::vector<NssDatabase>& found) {
  constexpr std::array<const char*, 4> kPlaces = {".mozilla/firefox", ".config/mozilla/firefox",
                                                  "snap/firefox/common/.mozilla/firefox",
                                                  ".var/app/org.mozilla.firefox/.mozilla/firefox"};
  for (const char* place : kPlaces) {
    std::error_code ignored;
    for (const auto& profile : fs::directory_iterator(home / place, ignored)) {
      if (is_database(profile.path())) found.push_back({"Firefox", profile.path(), false});
    }
  }
}

// Unique for each CA, so that two of one host do not replace one another.
std::string nickname(const crypto::Certificate& anchor) {
  return fmt::format("{} ({})", anchor.common_name(), crypto::hex(anchor.sha256()).substr(0, 8));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// One certutil command on one database.
class Certutil {
 public:
  Certutil(const NssDatabase& database, CommandRunner& runner)
      : folder_("sql:" + database.folder.string()), runner_(runner) {}

  // Empty when it succeeded, else a sentence.
  std::string run(std::vector<std::string> arguments, std::string_view input = {}) {
    arguments.insert(arguments.begin(), std::string(kTool));
    arguments.insert(arguments.end(), {"-d", folder_});
    auto outcome = runner_.run(arguments, input);
    if (!outcome) return outcome.error().what;
    output_ = std::move(outcome->output);
    if (outcome->exit_code == 0) return {};
    return fmt::format("certutil failed: {}", first_line(output_));
  }
  const std::string& output() const { return output_; }

 private:
  std::string folder_;
  CommandRunner& runner_;
  std::string output_;
};

// The trust flags that the listing of a database shows for a nickname.
std::optional<std::string> flags_in(std::string_view listing, std::string_view wanted) {
  while (!listing.empty()) {
    const auto end = std::min(listing.find('\n'), listing.size());
    std::string_view line = listing.substr(0, end);
    listing.remove_prefix(std::min(end + 1, listing.size()));
    if (!line.starts_with(wanted)) continue;
    line.remove_prefix(wanted.size());
    const auto start = line.find_first_not_of(' ');
    if (start == 0 || start == std::string_view::npos) continue;  // a longer nickname
    const auto flags = line.substr(start);
    return std::string(flags.substr(0, flags.find_last_not_of(" \r") + 1));
  }
  return std::nullopt;
}

TrustStep no_tool(const NssDatabase& database) {
  return {
      Outcome::failed, database.text(),
      "certutil is not installed: install libnss3-tools (nss-tools on RHEL, nss on Arch) and do "
      "this again"};
}

std::string make_database(const NssDatabase& database, Certutil& certutil) {
  std::error_code code;
  fs::create_directories(database.folder, code);
  if (code) {
    return fmt::format("{} could not be made: {}", database.folder.string(), code.message());
  }
  return certutil.run({"-N", "--empty-password"});
}

}  // namespace

std::vector<NssDatabase> find_nss_databases(const TrustPlaces& places,
                                            const CommandRunner& runner) {
  std::vector<NssDatabase> found;
  if (!places.home.empty()) {
    add_chromium(places.home, runner, found);
    add_firefox(places.home, found);
  }
  for (const auto& folder : places.nss) found.push_back({"NSS database", folder, true});
  return found;
}

TrustStep install_in_nss(const crypto::Certificate& anchor, const NssDatabase& database,
                         CommandRunner& runner) {
  if (!runner.available(kTool)) return no_tool(database);
  const auto failed = [&](std::string why) {
    return TrustStep{Outcome::failed, database.text(), std::move(why)};
  };
  Certutil certutil(database, runner);
  if (!is_database(database.folder)) {
    if (auto trouble = make_database(database, certutil); !trouble.empty()) return failed(trouble);
  }
  const std::string name = nickname(anchor);
  if (auto trouble = certutil.run({"-L"}); !trouble.empty()) return failed(trouble);
  const std::string done = fmt::format("\"{}\" is trusted; restart the browser", name);
  if (flags_in(certutil.output(), name) == kTrusted) {
    return {Outcome::already, database.text(), done};
  }
  auto trouble =
      certutil.run({"-A", "-a", "-n", name, "-t", std::string(kTrusted)}, anchor.to_pem());
  if (!trouble.empty()) return failed(trouble);
  return {Outcome::done, database.text(), done};
}

TrustStep uninstall_from_nss(const crypto::Certificate& anchor, const NssDatabase& database,
                             CommandRunner& runner) {
  TrustStep not_there{Outcome::already, database.text(), "the local CA is not in it"};
  if (!is_database(database.folder)) return not_there;
  if (!runner.available(kTool)) return no_tool(database);
  Certutil certutil(database, runner);
  const std::string name = nickname(anchor);
  if (auto trouble = certutil.run({"-L"}); !trouble.empty()) {
    return {Outcome::failed, database.text(), trouble};
  }
  if (!flags_in(certutil.output(), name)) return not_there;
  if (auto trouble = certutil.run({"-D", "-n", name}); !trouble.empty()) {
    return {Outcome::failed, database.text(), trouble};
  }
  return {Outcome::done, database.text(), fmt::format("\"{}\" is gone", name)};
}

TrustStatus status_of_nss(const crypto::Certificate& anchor, const NssDatabase& database,
                          CommandRunner& runner) {
  if (!is_database(database.folder)) {
    return {TrustStatus::Answer::not_trusted, database.text(), "there is no database yet"};
  }
  if (!runner.available(kTool)) {
    return {TrustStatus::Answer::unknown, database.text(), no_tool(database).what};
  }
  Certutil certutil(database, runner);
  if (auto trouble = certutil.run({"-L"}); !trouble.empty()) {
    return {TrustStatus::Answer::unknown, database.text(), trouble};
  }
  const std::string name = nickname(anchor);
  if (flags_in(certutil.output(), name) == kTrusted) {
    return {TrustStatus::Answer::trusted, database.text(), fmt::format("it has \"{}\"", name)};
  }
  return {TrustStatus::Answer::not_trusted, database.text(), "the CA is not in it"};
}

}  // namespace gatehouse::certs
