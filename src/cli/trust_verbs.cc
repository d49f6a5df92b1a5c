#include <array>

#include "cli/common_flags.h"
#include "cli/parse.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

constexpr Flag<TrustCommand> kState{
    "--state",
    "DIR",
    "Where keys and certificates rest.",
    [](TrustCommand& trust, Text text) { return assign(trust.state, text, parse_path); },
    false,
    "GATEHOUSE_STATE"};
constexpr Flag<TrustCommand> kJson{"--json", "", "Say what was done as JSON.",
                                   [](TrustCommand& trust, Text) -> Result<Ok> {
                                     trust.json = true;
                                     return Ok{};
                                   }};

constexpr std::array kStoreFlags{
    kState,
    Flag<TrustCommand>{
        "--nss", "DIR", "An NSS database (Chromium, Firefox); those of this user unless said.",
        [](TrustCommand& trust, Text text) { return append(trust.nss, text, parse_path); }, true},
    Flag<TrustCommand>{
        "--system-root", "DIR", "Another root than / for the system's store, as of a container.",
        [](TrustCommand& trust, Text text) { return assign(trust.system_root, text, parse_path); }},
    kJson};

constexpr std::array kExportFlags{
    kState,
    Flag<TrustCommand>{
        "--out", "FILE", "Where export writes the anchor; stdout unless said.",
        [](TrustCommand& trust, Text text) { return assign(trust.out, text, parse_path); }},
    kJson};

template <TrustCommand::Verb verb>
Result<Ok> finish(TrustCommand& trust, const Environment& environment) {
  trust.verb = verb;
  return complete_state(trust.state, environment);
}

constexpr Grammar<TrustCommand> kInstall{.flags = kStoreFlags,
                                         .finish = finish<TrustCommand::Verb::install>};
constexpr Grammar<TrustCommand> kUninstall{.flags = kStoreFlags,
                                           .finish = finish<TrustCommand::Verb::uninstall>};
constexpr Grammar<TrustCommand> kExport{.flags = kExportFlags,
                                        .finish = finish<TrustCommand::Verb::export_>};

constexpr std::array kRows{
    Verb{"trust", "install", "", "make this machine trust the local CA",
         "Puts the certificate of the local CA into the system's store and into the NSS databases "
         "of Chromium and Firefox. Doing it twice is the same as doing it once.",
         "gatehouse trust install\nsudo gatehouse trust install --state ~/.local/state/gatehouse",
         flags_of<kInstall>, parse_by<kInstall>},
    Verb{"trust", "uninstall", "", "take that back", "Removes what install put there.",
         "gatehouse trust uninstall", flags_of<kUninstall>, parse_by<kUninstall>},
    Verb{"trust", "export", "", "write the local CA's certificate for other devices",
         "Writes the certificate of the local CA and nothing else. No private key ever leaves the "
         "state folder.",
         "gatehouse trust export --out gatehouse-ca.crt", flags_of<kExport>, parse_by<kExport>}};

}  // namespace

std::span<const Verb> trust_rows() { return kRows; }

}  // namespace gatehouse::cli
