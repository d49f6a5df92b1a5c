#include "certs/renewal/machine_files.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "certs/store/identity_files.h"
#include "crypto/name_constraints.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;

constexpr std::string_view kRoot = "ca/root";
constexpr std::string_view kServerIssuer = "ca/server";
constexpr std::string_view kDefault = "identities/default";
constexpr std::string_view kSelfSigned = "identities/self-signed";
constexpr std::string_view kAnchorFile = "ca/root.crt";
constexpr std::string_view kChainFile = "identities/default.crt";
constexpr std::string_view kDefaultFile = "identities/default.pem";

struct KeyFile {
  std::string_view name;
  std::string_view kept_as;
};
constexpr std::array<KeyFile, 4> kKeyFiles{
    {{"ca/root.pem", "before-store/root.pem"},
     {"ca/server.pem", "before-store/server.pem"},
     {"identities/self-signed.pem", "before-store/self-signed.pem"},
     {kDefaultFile, "before-store/default.pem"}}};

std::string file_text(const StateFolder& folder, std::string_view name) {
  return (folder.path() / name).string();
}

std::string how_to_begin_anew(const StateFolder& folder) {
  return fmt::format(
      "stop gatehouse, move {} away, start it again and let devices trust the new CA (gatehouse "
      "trust install)",
      file_text(folder, "ca"));
}

bool is_root_of_local_ca(const crypto::Certificate& certificate) {
  return certificate.is_ca() && certificate.is_self_issued() &&
         crypto::name_constraints_of(certificate).has_value();
}

Result<std::optional<Identity>> read_root(const StateFolder& folder) {
  auto root = read_identity(folder, kRoot);
  if (root && *root && !is_root_of_local_ca((*root)->leaf())) {
    return fail(
        Fault::operator_input,
        fmt::format("{} in {} is not the root of a local CA: restore it from a backup, or {}",
                    (*root)->leaf().subject(), file_text(folder, "ca/root.pem"),
                    how_to_begin_anew(folder)),
        ErrorKind::invalid);
  }
  if (root || root.error().kind != ErrorKind::invalid) return root;
  return fail(root.error().fault,
              fmt::format("{}: restore it from a backup, or {}", root.error().what,
                          how_to_begin_anew(folder)),
              root.error().kind);
}

// Devices may trust a CA whose key is lost, so another one is a person's decision.
Result<Ok> check_nothing_is_lost(const StateFolder& folder) {
  auto anchor = folder.read(kAnchorFile);
  if (!anchor) return pass_on(anchor);
  if (!*anchor) return Ok{};
  return fail(
      Fault::operator_input,
      fmt::format("{} is there, but its key is not, neither in the store ({}) nor in {}: restore "
                  "them from a backup, or {}",
                  file_text(folder, kAnchorFile), file_text(folder, "state.db"),
                  file_text(folder, "ca/root.pem"), how_to_begin_anew(folder)),
      ErrorKind::not_found);
}

// A damaged certificate is made anew: nothing but itself is lost. Every other error is for a
// person.
Result<std::optional<Identity>> read_if_whole(const StateFolder& folder, std::string_view name,
                                              std::vector<std::string>& notices) {
  auto identity = read_identity(folder, name);
  if (identity || identity.error().kind != ErrorKind::invalid) return identity;
  notices.push_back(identity.error().what + "; a new one is made");
  return std::optional<Identity>{};
}

// ------------------------------------------------------------------ what has to be done

struct Work {
  std::vector<PendingFile> files;
  std::vector<KeyFile> moves;
  std::vector<std::string_view> erasures;
  std::vector<std::string> notices;

  bool empty() const { return files.empty() && moves.empty() && erasures.empty(); }
};

bool holds(const StateFolder& folder, std::string_view name, std::string_view text) {
  const auto content = folder.read(name);
  return content && *content && as_text((*content)->view()) == text;
}

bool is_there(const StateFolder& folder, std::string_view name) {
  const auto content = folder.read(name);
  return !content || *content;
}

void plan_copies(const StateFolder& folder, const WantedFiles& wanted, Work& work) {
  if (const auto anchor = wanted.anchor.to_pem(); !holds(folder, kAnchorFile, anchor)) {
    work.files.push_back({std::string(kAnchorFile), Secret(anchor), false});
  }
  if (!holds(folder, kChainFile, wanted.by_default.chain_pem())) {
    work.files.push_back(public_file(kDefault, wanted.by_default));
  }
  if (!wanted.copy_key) return;
  const Secret pair = wanted.by_default.to_pem();
  if (!holds(folder, kDefaultFile, as_text(pair.view()))) {
    work.files.push_back(private_file(kDefault, wanted.by_default));
  }
}

// Whether the file holds a CA that is not in the store: of somebody who went back to the version
// before, and made another CA there.
bool is_of_another_ca(const StateFolder& folder, const WantedFiles& wanted) {
  const auto root = read_identity(folder, kRoot);
  return !root || (*root && std::ranges::find(wanted.roots, (*root)->leaf()) == wanted.roots.end());
}

void plan_moves(const StateFolder& folder, const WantedFiles& wanted, Work& work) {
  if (is_of_another_ca(folder, wanted)) {
    work.notices.push_back(
        fmt::format("{} is not the root of the local CA in the store, and is not used: move it "
                    "away",
                    file_text(folder, "ca/root.pem")));
    return;
  }
  for (const KeyFile& file : kKeyFiles) {
    if (file.name == kDefaultFile && wanted.copy_key) continue;
    if (is_there(folder, file.name)) work.moves.push_back(file);
  }
}

void plan_erasures(const StateFolder& folder, const WantedFiles& wanted, Work& work) {
  if (!wanted.taken_over || wanted.now < *wanted.taken_over + kKeptForGoingBack) return;
  for (const KeyFile& file : kKeyFiles) {
    if (is_there(folder, file.kept_as)) work.erasures.push_back(file.kept_as);
  }
}

Result<Ok> carry_out(const StateFolder& folder, const Work& work) {
  auto writer = folder.writer();
  if (!writer) return pass_on(writer);
  if (auto written = write_files(*writer, work.files); !written) return written;
  for (const KeyFile& file : work.moves) {
    if (auto moved = writer->move(file.name, file.kept_as); !moved) return moved;
  }
  for (const auto name : work.erasures) {
    if (auto erased = writer->erase(name); !erased) return erased;
  }
  return Ok{};
}

}  // namespace

Result<MachineFiles> read_machine_files(const StateFolder& folder) {
  auto root = read_root(folder);
  if (!root) return pass_on(root);
  if (!*root) {
    if (auto whole = check_nothing_is_lost(folder); !whole) return pass_on(whole);
    return MachineFiles{};
  }
  MachineFiles files{.root = std::move(*root)};
  for (const auto& [to, name] :
       {std::pair{&files.issuer, kServerIssuer}, std::pair{&files.by_default, kDefault},
        std::pair{&files.self_signed, kSelfSigned}}) {
    auto identity = read_if_whole(folder, name, files.notices);
    if (!identity) return pass_on(identity);
    *to = std::move(*identity);
  }
  return files;
}

std::filesystem::path anchor_file(const StateFolder& folder) { return folder.path() / kAnchorFile; }

std::vector<std::string> bring_files_up(const StateFolder& folder, const WantedFiles& wanted) {
  Work work;
  plan_copies(folder, wanted, work);
  if (wanted.move_keys) plan_moves(folder, wanted, work);
  plan_erasures(folder, wanted, work);
  if (work.empty()) return work.notices;
  if (auto done = carry_out(folder, work); !done) {
    work.notices.push_back("The store is current, but its copies in files are not: " +
                           done.error().what);
  }
  return work.notices;
}

}  // namespace gatehouse::certs
