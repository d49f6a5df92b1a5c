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

constexpr Flag<TrustCommand> kCa{
    "--ca", "NAME",
    "A CA of gatehouse ca list, of the running gatehouse; the machine's own unless said.",
    [](TrustCommand& trust, Text text) { return assign(trust.ca, text, parse_text); }};

constexpr std::array kStoreFlags{
    kState, kCa,
    Flag<TrustCommand>{
        "--nss", "DIR", "An NSS database (Chromium, Firefox); those of this user unless said.",
        [](TrustCommand& trust, Text text) { return append(trust.nss, text, parse_path); }, true},
    Flag<TrustCommand>{
        "--system-root", "DIR", "Another root than / for the system's store, as of a container.",
        [](TrustCommand& trust, Text text) { return assign(trust.system_root, text, parse_path); }},
    kJson};

constexpr std::array kExportFlags{
    kState, kCa,
    Flag<TrustCommand>{
        "--for", "TARGET",
        "The file that this wants, and what to do there: windows, macos, ios, android, linux, "
        "firefox, java, curl, python, node, docker, intune or ansible.",
        [](TrustCommand& trust, Text text) {
          return assign(trust.target, text, certs::find_trust_target);
        }},
    Flag<TrustCommand>{
        "--out", "FILE",
        "Where it is written; stdout unless said. A file with other content is not replaced.",
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
constexpr Grammar<TrustCommand> kStatus{.flags = kStoreFlags,
                                        .finish = finish<TrustCommand::Verb::status>};
constexpr Grammar<TrustCommand> kExport{.flags = kExportFlags,
                                        .finish = finish<TrustCommand::Verb::export_>};
constexpr std::array kShowFlags{kState, kCa, kJson};
constexpr Grammar<TrustCommand> kShow{.flags = kShowFlags,
                                      .finish = finish<TrustCommand::Verb::show>};

constexpr std::array kRows{
    Verb{"trust", "install", "", "make this machine trust the local CA",
         "Puts the certificate of the local CA into the system's store, into the NSS databases of "
         "Chromium and Firefox, into the policy of Firefox, and into the store of every Java that "
         "has one of its own. Doing it twice is the same as doing it once.",
         "gatehouse trust install\ngatehouse trust install --ca backends\nsudo gatehouse trust "
         "install --state ~/.local/state/gatehouse",
         flags_of<kInstall>, parse_by<kInstall>},
    Verb{"trust", "uninstall", "", "take that back", "Removes what install put there.",
         "gatehouse trust uninstall", flags_of<kUninstall>, parse_by<kUninstall>},
    Verb{"trust", "status", "", "where on this machine the local CA is trusted",
         "Looks at every store that install would change, and says store by store whether it has "
         "the local CA, and which command mends it. Ends with 23 where one does not.",
         "gatehouse trust status", flags_of<kStatus>, parse_by<kStatus>},
    Verb{"trust", "export", "", "write the local CA's certificate for other devices",
         "Writes the certificate of the local CA and nothing else. No private key ever leaves the "
         "state folder.\n\n"
         "With --for it writes the file that a kind of device or program wants, and says on stderr "
         "what to do with it there, to the letter.\n\n"
         "Of a CA whose root is about to be replaced all roots are written: into one file where "
         "its reader takes several, else into one for each.",
         "gatehouse trust export --out gatehouse-ca.crt\n"
         "gatehouse trust export --for ios --out gatehouse-ca.mobileconfig",
         flags_of<kExport>, parse_by<kExport>},
    Verb{"trust", "show", "", "the local CA, and its fingerprint to compare",
         "Says who the local CA is, its fingerprint in groups, what it may certify and until when. "
         "Whoever is to trust it on another device compares the fingerprint with the one that the "
         "device shows.",
         "gatehouse trust show\ngatehouse trust show --ca backends", flags_of<kShow>,
         parse_by<kShow>}};

}  // namespace

std::span<const Verb> trust_rows() { return kRows; }

}  // namespace gatehouse::cli
