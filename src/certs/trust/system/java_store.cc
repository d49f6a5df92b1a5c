#include "certs/trust/system/java_store.h"

#include <algorithm>
#include <array>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

#include "certs/trust/anchor_facts.h"
#include "certs/trust/system/public_file.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using Outcome = TrustStep::Outcome;

constexpr std::array kInSystem = {"usr/lib/jvm", "usr/java", "usr/local", "opt", "opt/java"};
constexpr std::array kInHome = {".sdkman/candidates/java", ".jdks"};
constexpr std::array kInJava = {"lib/security/cacerts", "jre/lib/security/cacerts"};
// Where distributions keep what they make of the system's store; Debian by a hook.
constexpr std::array kMade = {"etc/pki/ca-trust/extracted", "etc/pki/java",
                              "var/lib/ca-certificates"};
constexpr const char* kDebianMade = "etc/ssl/certs/java";
constexpr const char* kDebianHook = "etc/ca-certificates/update.d/jks-keystore";

// Whoever can change the file needs no password to do harm; every Java has this one.
constexpr const char* kPassword = "changeit";

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto relative = file.lexically_relative(folder);
  return !relative.empty() && !relative.string().starts_with("..");
}

bool follows_the_system(const fs::path& file, const fs::path& root) {
  std::error_code ignored;
  const auto top = fs::canonical(root, ignored);
  if (is_below(file, top / kDebianMade)) return fs::exists(top / kDebianHook, ignored);
  return std::ranges::any_of(kMade, [&](const char* place) { return is_below(file, top / place); });
}

// Each Java once, however many names it has.
class Search {
 public:
  explicit Search(const CommandRunner& runner) : runner_(runner) {}

  void look_in(const fs::path& root, const fs::path& folder) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      for (const char* place : kInJava) look_at(root, entry.path(), entry.path() / place);
    }
  }
  std::vector<JavaStore> take() && { return std::move(found_); }

 private:
  void look_at(const fs::path& root, const fs::path& java, const fs::path& cacerts) {
    const fs::path file = inside(root, cacerts);
    if (file.empty() || follows_the_system(file, root) || !seen_.insert(file).second) return;
    found_.push_back({file, keytool_of(root, java)});
  }

  // What lies in an image is not run here.
  std::string keytool_of(const fs::path& root, const fs::path& java) const {
    if (runner_.available("keytool")) return "keytool";
    const fs::path own = java / "bin/keytool";
    return root == "/" && access(own.c_str(), X_OK) == 0 ? own.string() : "";
  }

  const CommandRunner& runner_;
  std::set<fs::path> seen_;
  std::vector<JavaStore> found_;
};

std::string text_of(const JavaStore& store) { return fmt::format("Java {}", store.file.string()); }

std::string alias_of(const crypto::Certificate& anchor) {
  return "gatehouse-" + facts_of(anchor).id;
}

std::vector<std::string> command(const JavaStore& store, const char* what,
                                 const std::string& alias) {
  return {store.keytool, what,     "-keystore", store.file.string(),   "-storepass",
          kPassword,     "-alias", alias,       "-J-Duser.language=en"};
}

bool has(const JavaStore& store, const std::string& alias, CommandRunner& runner) {
  const auto listed = runner.run(command(store, "-list", alias));
  return listed && listed->exit_code == 0;
}

TrustStep failed(const JavaStore& store, std::string why) {
  return {Outcome::failed, text_of(store), std::move(why)};
}

TrustStep no_keytool(const JavaStore& store) {
  return failed(store, "keytool was not found: it is part of Java, so put it into PATH");
}

// Nothing when keytool did it, else why not.
std::string change(const JavaStore& store, std::vector<std::string> argv, std::string_view input,
                   CommandRunner& runner) {
  if (access(store.file.c_str(), W_OK) != 0) return trouble_with(store.file, errno);
  const auto outcome = runner.run(argv, input);
  if (!outcome) return outcome.error().what;
  if (outcome->exit_code == 0) return {};
  return fmt::format("keytool failed: {}", outcome->output.substr(0, outcome->output.find('\n')));
}

}  // namespace

std::vector<JavaStore> find_java_stores(const TrustPlaces& places, const CommandRunner& runner) {
  Search search(runner);
  for (const char* folder : kInSystem) {
    search.look_in(places.system_root, places.system_root / folder);
  }
  if (!places.home.empty()) {
    for (const char* folder : kInHome) search.look_in(places.home, places.home / folder);
  }
  return std::move(search).take();
}

TrustStep install_in_java(const crypto::Certificate& anchor, const JavaStore& store,
                          CommandRunner& runner) {
  if (store.keytool.empty()) return no_keytool(store);
  const std::string alias = alias_of(anchor);
  if (has(store, alias, runner)) {
    return {Outcome::already, text_of(store), fmt::format("it has the CA as \"{}\"", alias)};
  }
  auto argv = command(store, "-importcert", alias);
  argv.emplace_back("-noprompt");
  if (auto why = change(store, std::move(argv), anchor.to_pem(), runner); !why.empty()) {
    return failed(store, std::move(why));
  }
  return {Outcome::done, text_of(store), fmt::format("it has the CA as \"{}\"", alias)};
}

TrustStep uninstall_from_java(const crypto::Certificate& anchor, const JavaStore& store,
                              CommandRunner& runner) {
  if (store.keytool.empty()) return no_keytool(store);
  const std::string alias = alias_of(anchor);
  if (!has(store, alias, runner)) {
    return {Outcome::already, text_of(store), "the local CA is not in it"};
  }
  if (auto why = change(store, command(store, "-delete", alias), {}, runner); !why.empty()) {
    return failed(store, std::move(why));
  }
  return {Outcome::done, text_of(store), fmt::format("\"{}\" is gone", alias)};
}

TrustStatus status_of_java(const crypto::Certificate& anchor, const JavaStore& store,
                           CommandRunner& runner) {
  const bool needs_root = access(store.file.c_str(), W_OK) != 0;
  if (store.keytool.empty()) {
    return {TrustStatus::Answer::unknown, text_of(store), no_keytool(store).what, needs_root};
  }
  if (has(store, alias_of(anchor), runner)) {
    return {TrustStatus::Answer::trusted, text_of(store), "programs of this Java trust the CA",
            needs_root};
  }
  return {TrustStatus::Answer::not_trusted, text_of(store), "the CA is not in it", needs_root};
}

}  // namespace gatehouse::certs
