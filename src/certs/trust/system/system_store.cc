#include "certs/trust/system/system_store.h"

#include <array>
#include <cerrno>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "certs/trust/system/public_file.h"

namespace gatehouse::certs {
namespace {

using std::filesystem::path;
using Outcome = TrustStep::Outcome;

struct SystemStore {
  StoreFlavour flavour;
  path root;
  path folder;  // anchors that an administrator adds
  path bundle;  // what programs read

  std::string text() const { return "system store " + folder.string(); }
  // The fingerprint tells two CAs apart, and uninstalling one leaves the others alone.
  path file(const crypto::Certificate& anchor) const {
    return folder / fmt::format("gatehouse-{}.crt", crypto::hex(anchor.sha256()).substr(0, 16));
  }
};

std::optional<SystemStore> find_store(const path& root) {
  struct Known {
    StoreFlavour flavour;
    const char* folder;
    const char* bundle;
  };
  constexpr std::array kKnown = {
      Known{StoreFlavour::debian, "usr/local/share/ca-certificates",
            "etc/ssl/certs/ca-certificates.crt"},
      Known{StoreFlavour::rhel, "etc/pki/ca-trust/source/anchors",
            "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"},
      Known{StoreFlavour::suse, "etc/pki/trust/anchors", "var/lib/ca-certificates/ca-bundle.pem"},
      Known{StoreFlavour::arch, "etc/ca-certificates/trust-source/anchors",
            "etc/ca-certificates/extracted/tls-ca-bundle.pem"},
  };
  for (const Known& known : kKnown) {
    std::error_code ignored;
    if (std::filesystem::is_directory(root / known.folder, ignored)) {
      return SystemStore{known.flavour, root, root / known.folder, root / known.bundle};
    }
  }
  return std::nullopt;
}

// Without --fresh, what was removed stays behind as a dangling link in /etc/ssl/certs.
std::vector<std::string> debian_command(const path& root, StoreChange change) {
  std::vector<std::string> command{"update-ca-certificates"};
  if (change == StoreChange::removed) command.push_back("--fresh");
  if (root == "/") return command;
  const auto add = [&](std::string option, const char* below) {
    command.push_back(std::move(option));
    command.push_back((root / below).string());
  };
  add("--certsconf", "etc/ca-certificates.conf");
  add("--certsdir", "usr/share/ca-certificates");
  add("--localcertsdir", "usr/local/share/ca-certificates");
  add("--etccertsdir", "etc/ssl/certs");
  add("--hooksdir", "etc/ca-certificates/update.d");
  return command;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Builds the bundle anew: nothing when all is well, else why not.
std::optional<std::string> trouble_with_update(const SystemStore& store, StoreChange change,
                                               CommandRunner& runner) {
  const auto command = update_command(store.flavour, store.root, change);
  if (command.empty()) return std::nullopt;
  if (!runner.available(command.front())) {
    return fmt::format("{} is not installed: install ca-certificates and do this again",
                       command.front());
  }
  const auto outcome = runner.run(command);
  if (!outcome) return outcome.error().what;
  if (outcome->exit_code == 0) return std::nullopt;
  return fmt::format("{} failed: {}", command.front(), first_line(outcome->output));
}

std::string_view hint_for(const SystemStore& store) {
  return update_command(store.flavour, store.root, StoreChange::added).empty()
             ? "; it counts when the update of the bundle was run inside that root"
             : "";
}

TrustStep failed(const SystemStore& store, const path& file, int error) {
  return {Outcome::failed, store.text(), trouble_with(file, error)};
}

// How PEM holds it, between its first and last line.
std::string base64_of(const crypto::Certificate& anchor) {
  const std::string pem = anchor.to_pem();
  const auto begin = pem.find('\n') + 1;
  return pem.substr(begin, pem.rfind("-----END") - begin);
}

TrustStep no_store(const path& root) {
  return {Outcome::skipped, "system store",
          fmt::format(
              "below {} there is no store of Debian, RHEL, SUSE or Arch: install ca-certificates, "
              "or hand the file of `gatehouse trust export` to the system by its own tools",
              root.string())};
}

}  // namespace

std::vector<std::string> update_command(StoreFlavour flavour, const path& root,
                                        StoreChange change) {
  if (flavour == StoreFlavour::debian) return debian_command(root, change);
  if (root != "/") return {};
  if (flavour == StoreFlavour::rhel) return {"update-ca-trust", "extract"};
  if (flavour == StoreFlavour::suse) return {"update-ca-certificates"};
  return {"trust", "extract-compat"};
}

TrustStep install_in_system_store(const crypto::Certificate& anchor, const path& root,
                                  CommandRunner& runner) {
  const auto store = find_store(root);
  if (!store) return no_store(root);
  const path file = store->file(anchor);
  const bool there = content_of(file) == anchor.to_pem();
  if (!there) {
    if (const int error = replace_public_file(file, anchor.to_pem()))
      return failed(*store, file, error);
  }
  // Also when the file was there: a run that was stopped may have left the bundle without it.
  if (const auto trouble = trouble_with_update(*store, StoreChange::added, runner)) {
    return {Outcome::failed, store->text(),
            fmt::format("{} is in its place, but {}", file.string(), *trouble)};
  }
  return {there ? Outcome::already : Outcome::done, store->text(),
          fmt::format("{} is trusted by programs that use the system's certificates{}",
                      file.string(), hint_for(*store))};
}

TrustStep uninstall_from_system_store(const crypto::Certificate& anchor, const path& root,
                                      CommandRunner& runner) {
  const auto store = find_store(root);
  if (!store) return no_store(root);
  const path file = store->file(anchor);
  if (!std::filesystem::exists(file)) {
    return {Outcome::already, store->text(), "the local CA is not in it"};
  }
  if (::unlink(file.c_str()) != 0) return failed(*store, file, errno);
  if (const auto trouble = trouble_with_update(*store, StoreChange::removed, runner)) {
    return {Outcome::failed, store->text(),
            fmt::format("{} is gone, but {}", file.string(), *trouble)};
  }
  return {Outcome::done, store->text(),
          fmt::format("{} is gone{}", file.string(), hint_for(*store))};
}

TrustStatus status_of_system_store(const crypto::Certificate& anchor, const path& root) {
  const auto store = find_store(root);
  if (!store) {
    const TrustStep none = no_store(root);
    return {TrustStatus::Answer::unknown, none.store, none.what, true};
  }
  if (content_of(store->bundle).find(base64_of(anchor)) != std::string::npos) {
    return {TrustStatus::Answer::trusted, store->text(),
            fmt::format("{} has the CA", store->bundle.string()), true};
  }
  const bool there = content_of(store->file(anchor)) == anchor.to_pem();
  return {TrustStatus::Answer::not_trusted, store->text(),
          there ? fmt::format("the CA is in its place, but {} was not made anew since",
                              store->bundle.string())
                : "the CA is not in it",
          true};
}

}  // namespace gatehouse::certs
