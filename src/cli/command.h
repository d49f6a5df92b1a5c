#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/access_log.h"
#include "base/address.h"
#include "base/server_name.h"
#include "certs/trust/target.h"
#include "cli/authority_commands.h"
#include "cli/certificate_commands.h"
#include "cli/check_command.h"
#include "cli/client_commands.h"
#include "cli/copy_commands.h"
#include "config/settings.h"
#include "tls/profile.h"

namespace gatehouse::cli {

using config::Limits;
using config::Timeouts;

struct RunCommand {
  struct Route {
    std::string prefix;  // begins with '/'
    UpstreamUrl to;
  };
  struct CertificateFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
  };

  std::string program = "gatehouse";  // how a person calls this program again
  std::vector<UpstreamUrl> to;        // empty: the welcome page
  std::vector<Route> routes;          // the same prefix twice: two upstreams of one route
  std::vector<ListenAddress> listen;
  std::vector<ServerName> hosts;
  std::optional<unsigned> workers;  // none: as many as CPUs
  std::filesystem::path config;     // empty: no file
  std::filesystem::path state;
  std::filesystem::path socket;                          // of administration
  std::optional<std::filesystem::path> passphrase_file;  // opens the keys of the store
  std::string permit;  // names and networks as given; certs/issuer reads it
  tls::Profile profile = tls::Profile::intermediate;
  std::optional<CertificateFiles> certificate;
  std::vector<Cidr> trusted_proxies;
  AccessLogTarget access_log;
  std::optional<ListenAddress> metrics;  // plain, loopback
  Timeouts timeouts;
  Limits limits;
  bool json = false;
  bool quiet = false;
};

struct TrustCommand {
  enum class Verb { install, uninstall, export_, show, status };

  Verb verb = Verb::install;
  std::filesystem::path state;
  std::string ca;                                    // empty: the machine's own
  std::vector<std::filesystem::path> nss;            // empty: those of this user
  std::optional<std::filesystem::path> system_root;  // none: /
  std::optional<std::filesystem::path> out;          // of export; none: stdout
  const certs::TrustTarget* target = nullptr;        // of export; nullptr: the certificate alone
  bool json = false;
};

// The trust page of the running gatehouse, on a listener of its own.
struct TrustPageCommand {
  Connection api;
  std::uint32_t seconds = 0;  // 0: as long as is usual
  std::string listen;         // empty: where it usually is
  std::string ca;             // empty: the machine's own
  bool close = false;
};

struct VersionCommand {
  bool json = false;
};

// Asked for: stdout and 0. Not asked for (nothing was said): stderr and 2.
struct HelpText {
  std::string text;
  bool asked = true;
};

// Without targets: the sites of the running gatehouse.
struct RunCheck {
  Connection api;
  CheckCommand check;
};

using Command = std::variant<
    RunCommand, TrustCommand, TrustPageCommand, VersionCommand, HelpText, AddSite, ListSites,
    ShowSite, EnableSite, RemoveSite, AddBinding, ListBindings, ExplainBinding, RemoveBinding,
    ListListeners, ListUpstreams, ImportCertificates, CreateCertificate, RequestCertificate,
    ListCertificates, ShowCertificate, ShowCertificateHistory, ExportCertificate, RenameCertificate,
    RemoveCertificate, ShowStatus, RunCheck, UpgradeProgram, Reload, Rollback, ShowHistory,
    ValidateConfig, ShowConfig, DiffConfig, ApplyConfig, ExportConfig, PrintSchema,
    PrintDefaultConfig, ExplainCode, ShowLogs, PrintCompletion, PrintManPage, InitAuthority,
    ListAuthorities, ShowAuthority, IssueCertificates, RotateAuthority, RevokeCertificate,
    WriteRevocationLists, DetachRoot, AttachRoot, RunCopies, ListCopies>;

}  // namespace gatehouse::cli
