#include "certs/renewal/kept_ca.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "certs/issuer/permitted_names.h"
#include "certs/renewal/due.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;

constexpr std::string_view kRoot = "ca/root";
constexpr std::string_view kRootKeyFile = "ca/root.pem";
constexpr std::string_view kAnchorFile = "ca/root.crt";
constexpr std::string_view kServerIssuer = "ca/server";

std::string day(WallTime time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(time));
}

std::string file_text(const StateFolder& folder, std::string_view name) {
  return (folder.path() / name).string();
}

// With the kept issuer when it is good, else with a new one.
Result<LocalCa> ca_below(Identity root, const StateFolder& folder, const CertificateLives& lives,
                         WallTime now, std::vector<std::string>& notices) {
  auto issuer = read_identity(folder, kServerIssuer);
  if (!issuer && issuer.error().kind != ErrorKind::invalid) return pass_on(issuer);
  if (!issuer) notices.push_back(issuer.error().what + "; a new one is made");
  if (issuer && *issuer && !is_due((*issuer)->leaf(), now)) {
    if (auto ca = LocalCa::restore(root, std::move(**issuer), lives)) return ca;
  }
  return LocalCa::restore(std::move(root), lives, now);
}

void add_files(const StateFolder& folder, KeptCa& kept, bool new_root) {
  if (new_root) kept.files.push_back(private_file(kRoot, kept.ca.root()));
  if (lacks_public_file(folder, kRoot, kept.ca.root())) {
    kept.files.push_back(public_file(kRoot, kept.ca.root()));
  }
  const auto issuer = read_identity(folder, kServerIssuer);
  const bool same = issuer && *issuer && (*issuer)->leaf() == kept.ca.server_issuer().leaf();
  if (!same) kept.files.push_back(private_file(kServerIssuer, kept.ca.server_issuer()));
}

void add_notices(const StateFolder& folder, const DefaultIdentityRequest& request, WallTime now,
                 KeptCa& kept) {
  const auto& anchor = kept.ca.anchor();
  if (!request.permit.within(kept.ca.constraints())) {
    kept.notices.push_back(fmt::format(
        "--permit {} comes too late for the local CA, which was made on {} for {} only: {}",
        request.permit.text(), day(anchor.not_before()), kept.ca.constraints().text(),
        how_to_make_a_new_ca(folder, request.permit.text())));
  }
  if (now < anchor.not_before()) {
    kept.notices.push_back(
        fmt::format("the clock says {}, but the local CA was made on {}: set the clock", day(now),
                    day(anchor.not_before())));
  } else if (is_due(anchor, now)) {
    kept.notices.push_back(fmt::format("the local CA ends on {}. In good time before, {}",
                                       day(anchor.not_after()), how_to_make_a_new_ca(folder, "")));
  }
}

}  // namespace

Result<std::optional<Identity>> kept_root(const StateFolder& folder, WallTime now) {
  auto root = read_identity(folder, kRoot);
  if (!root && root.error().kind != ErrorKind::invalid) return root;
  if (!root) {
    return fail(root.error().fault,
                fmt::format("{}: restore it from a backup, or {}", root.error().what,
                            how_to_make_a_new_ca(folder, "")),
                root.error().kind);
  }
  if (!*root) {
    auto anchor = folder.read(kAnchorFile);
    if (!anchor) return pass_on(anchor);
    if (!*anchor) return root;
    return fail(
        Fault::operator_input,
        fmt::format("{} is there, but {} with its key is not: restore it from a backup, or {}",
                    file_text(folder, kAnchorFile), file_text(folder, kRootKeyFile),
                    how_to_make_a_new_ca(folder, "")),
        ErrorKind::not_found);
  }
  if (now <= (*root)->leaf().not_after()) return root;
  return fail(Fault::operator_input,
              fmt::format("the local CA in {} ended on {}: {}", folder.path().string(),
                          day((*root)->leaf().not_after()), how_to_make_a_new_ca(folder, "")),
              ErrorKind::invalid);
}

std::filesystem::path anchor_file(const StateFolder& folder) { return folder.path() / kAnchorFile; }

std::string how_to_make_a_new_ca(const StateFolder& folder, std::string_view permit) {
  const std::string ca = file_text(folder, "ca");
  return fmt::format(
      "stop gatehouse, move {} away, start it again{} and let devices trust the new CA (gatehouse "
      "trust install)",
      ca, permit.empty() ? "" : fmt::format(" with --permit {}", permit));
}

Result<KeptCa> kept_or_new_ca(const StateFolder& folder, const DefaultIdentityRequest& request,
                              WallTime now) {
  auto root = kept_root(folder, now);
  if (!root) return pass_on(root);
  const bool new_root = !*root;
  std::vector<std::string> notices;
  auto ca = new_root ? LocalCa::create(constraints_for(request.machine, request.permit),
                                       request.machine.text(), request.lives, now)
                     : ca_below(std::move(**root), folder, request.lives, now, notices);
  if (!ca) return pass_on(ca);
  KeptCa kept{std::move(*ca), anchor_file(folder), {}, std::move(notices)};
  add_files(folder, kept, new_root);
  add_notices(folder, request, now, kept);
  return kept;
}

}  // namespace gatehouse::certs
