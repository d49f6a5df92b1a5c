#include <array>

#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

constexpr const char* kRecords = "/var/lib/gatehouse-copies";
constexpr const char* kConfig = "/etc/gatehouse/gatehouse.yaml";
constexpr const char* kIdentity = "/var/lib/gatehouse/identities/default.pem";

template <class Into>
constexpr Flag<Into> records_flag() {
  return {"--records", "DIR",
          "Where the outcome of each copy is kept; /var/lib/gatehouse-copies unless said.",
          [](Into& into, Text text) { return assign(into.records, text, parse_path); }};
}

constexpr auto kRunFlags = join(
    std::array{
        Flag<RunCopies>{
            "--config", "FILE", "The configuration whose copies these are.",
            [](RunCopies& run, Text text) { return assign(run.config, text, parse_path); }, false,
            "GATEHOUSE_CONFIG"},
        records_flag<RunCopies>(),
        Flag<RunCopies>{
            "--identity", "FILE",
            "The default identity, for copies that name no certificate; "
            "/var/lib/gatehouse/identities/default.pem unless said, and the store's where there is "
            "no such file.",
            [](RunCopies& run, Text text) { return assign(run.identity, text, parse_path); }},
        Flag<RunCopies>{"--dry-run", "", "Say which files are not current, and change nothing.",
                        [](RunCopies& run, Text) -> Result<Ok> {
                          run.dry_run = true;
                          return Ok{};
                        }}},
    connection_flags<RunCopies>());

constexpr auto kListFlags =
    join(std::array{records_flag<ListCopies>()}, connection_flags<ListCopies>());

Result<Ok> finish_run(RunCopies& run, const Environment& environment) {
  if (run.config.empty()) run.config = kConfig;
  if (run.records.empty()) run.records = kRecords;
  if (run.identity.empty()) run.identity = kIdentity;
  return finish_connection(run, environment);
}

Result<Ok> finish_list(ListCopies& list, const Environment& environment) {
  if (list.records.empty()) list.records = kRecords;
  return finish_connection(list, environment);
}

constexpr Grammar<RunCopies> kRun{kRunFlags, nullptr, finish_run};
constexpr Grammar<ListCopies> kList{kListFlags, nullptr, finish_list};

constexpr std::array kRows{
    Verb{"copy", "run", "", "bring files of other software up to date",
         "Writes the certificates of `copies` in the configuration to their files where these are "
         "not as they should be, and runs the command of each that changed, or that failed before. "
         "It has the rights of whoever runs it: systemd runs it as root after each change "
         "(gatehouse-copies.path), while gatehouse itself has none. Keys come over the socket of "
         "administration, encrypted. Ends with 1 if a copy failed; the others are done all the "
         "same.",
         "sudo gatehouse copy run\nsudo gatehouse copy run --dry-run", flags_of<kRun>,
         parse_by<kRun>},
    Verb{"copy", "list", "", "what came of the copies", "", "gatehouse copy list", flags_of<kList>,
         parse_by<kList>}};

}  // namespace

std::span<const Verb> copy_rows() { return kRows; }

}  // namespace gatehouse::cli
