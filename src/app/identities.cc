#include "app/identities.h"

#include <fmt/ranges.h>

#include "certs/issuer/permitted_names.h"
#include "certs/store/certificate_files.h"
#include "cli/serving.h"

namespace gatehouse::app {
namespace {

Result<crypto::NameConstraints> permitted_by(const cli::RunCommand& command) {
  if (command.permit.empty()) return crypto::NameConstraints{};
  return certs::parse_permitted(command.permit);
}

// Clients that dial an address send no name, so only the default certificate can hold it.
Result<Ok> can_be_asked_for(const certs::DefaultIdentity& identity) {
  if (!identity.self_signed) return Ok{};
  const std::vector<ServerName> addresses = identity.self_signed->leaf().names().addresses;
  if (addresses.empty()) return Ok{};
  return fail(Fault::operator_input,
              fmt::format("--host {}: the local CA may not certify this address, and another "
                          "certificate cannot be chosen for it, because clients that dial an "
                          "address send no name. Bring a certificate with --certificate and "
                          "--key, or permit the address with --permit before the first start.",
                          addresses.front().text()),
              ErrorKind::usage);
}

}  // namespace

Result<Identities> Identities::load(const cli::RunCommand& command, const Clock& clock,
                                    EventLog& events) {
  return command.certificate ? own(command, clock, events) : made(command, clock, events);
}

Result<Identities> Identities::own(const cli::RunCommand& command, const Clock& clock,
                                   EventLog& events) {
  auto loaded = certs::load_identity(command.certificate->certificate, command.certificate->key,
                                     clock.wall());
  if (!loaded) return pass_on(loaded);
  for (const std::string& warning : loaded->warnings) events.warn(warning);
  Identities identities(command, clock, events, std::move(loaded->identity));
  identities.bind();
  return identities;
}

Result<Identities> Identities::made(const cli::RunCommand& command, const Clock& clock,
                                    EventLog& events) {
  if (auto permitted = permitted_by(command); !permitted) return pass_on(permitted);
  auto folder = certs::StateFolder::open(command.state);
  if (!folder) return pass_on(folder);
  auto identity = ensure(command, *folder, clock);
  if (!identity) return pass_on(identity);
  if (auto reachable = can_be_asked_for(*identity); !reachable) return pass_on(reachable);
  Identities identities(command, clock, events, identity->identity);
  identities.folder_.emplace(std::move(*folder));
  identities.take(std::move(*identity));
  return identities;
}

Result<certs::DefaultIdentity> Identities::ensure(const cli::RunCommand& command,
                                                  const certs::StateFolder& folder,
                                                  const Clock& clock) {
  certs::DefaultIdentityRequest request;
  auto permitted = permitted_by(command);
  if (!permitted) return pass_on(permitted);
  request.permit = std::move(*permitted);
  request.machine = certs::machine_names(certs::read_machine_sources());
  for (const ServerName& host : command.hosts) {
    request.hosts.push_back(NamePattern::parse(host.text()).value());
  }
  return certs::ensure_default_identity(folder, request, clock);
}

void Identities::take(certs::DefaultIdentity identity) {
  for (const std::string& notice : identity.notices) events_.warn(notice);
  shown_ = identity.identity;
  anchor_file_ = identity.anchor_file.string();
  default_.emplace(std::move(identity));
  bind();
}

void Identities::bind() {
  auto table = std::make_shared<certs::BindingTable>();
  table->bind_default({certs::make_credential(shown_), command_.profile, 0});
  if (default_ && default_->self_signed) {
    const tls::CredentialPtr credential = certs::make_credential(*default_->self_signed);
    for (const NamePattern& name : default_->self_signed->leaf().names().dns) {
      table->bind(name, {credential, command_.profile, 0});
    }
  }
  bindings_ = std::move(table);
}

std::shared_ptr<const certs::BindingTable> Identities::refresh() {
  if (!folder_) return nullptr;
  auto identity = ensure(command_, *folder_, clock_);
  if (!identity) {
    events_.error("The certificate could not be renewed; the one before is still served.",
                  {{"reason", identity.error().what}});
    return nullptr;
  }
  const auto& served = default_->self_signed;
  const auto& found = identity->self_signed;
  const bool same = identity->identity.leaf() == shown_.leaf() &&
                    served.has_value() == found.has_value() &&
                    (!found || found->leaf() == served->leaf());
  if (same) return nullptr;
  take(std::move(*identity));
  events_.info("A renewed certificate is served from now on.",
               {{"subject", shown_.leaf().subject()}});
  return bindings_;
}

std::string Identities::issuer_name() const {
  if (default_) return default_->anchor.common_name();
  return shown_.chain.size() > 1 ? shown_.chain[1].common_name() : shown_.leaf().issuer();
}

std::string Identities::trust_command() const {
  return folder_ ? cli::trust_command(command_.program, folder_->path()) : "";
}

edge::CertificateSummary Identities::summary() const {
  const crypto::Certificate& leaf = shown_.leaf();
  return {.names = fmt::format("{}", fmt::join(leaf.names().texts(), ", ")),
          .issuer = issuer_name(),
          .not_after = cli::date_text(leaf.not_after()),
          .anchor_path = anchor_file_,
          .trust_command = trust_command()};
}

std::vector<CertificateExpiry> Identities::expiries() const {
  std::vector<CertificateExpiry> all;
  const auto add = [&](const crypto::Identity& identity) {
    all.push_back({identity.leaf().subject(), identity.leaf().not_after()});
  };
  add(shown_);
  if (default_ && default_->self_signed) add(*default_->self_signed);
  return all;
}

}  // namespace gatehouse::app
