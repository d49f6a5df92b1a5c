#include <array>

#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

template <class Into>
constexpr auto kOnlyConnection = connection_flags<Into>();

template <class Into>
constexpr Grammar<Into> kQuestion{kOnlyConnection<Into>, nullptr, finish_connection};

constexpr std::uint64_t kMostLines = 100'000;

constexpr auto kLogFlags = join(
    std::array{Flag<ShowLogs>{"--follow", "", "Go on with the lines to come, until Ctrl-C.",
                              [](ShowLogs& logs, Text) -> Result<Ok> {
                                logs.follow = true;
                                return Ok{};
                              }},
               Flag<ShowLogs>{
                   "--site", "NAME", "Only requests for this host.",
                   [](ShowLogs& logs, Text text) { return assign(logs.site, text, parse_text); }},
               Flag<ShowLogs>{"--lines", "NUMBER", "How many of the latest lines; 20 unless said.",
                              [](ShowLogs& logs, Text text) -> Result<Ok> {
                                auto number = parse_number(text);
                                if (!number) return pass_on(number);
                                logs.lines = std::min(*number, kMostLines);
                                return Ok{};
                              }},
               Flag<ShowLogs>{
                   "--file", "FILE", "This access log, instead of asking the running gatehouse.",
                   [](ShowLogs& logs, Text text) { return assign(logs.file, text, parse_path); }}},
    connection_flags<ShowLogs>());
constexpr Grammar<ShowLogs> kLogs{kLogFlags, nullptr, finish_connection};

template <class Into>
constexpr Verb question(Text noun, Text name, Text summary, Text text, Text example) {
  return {
      noun, name, "", summary, text, example, flags_of<kQuestion<Into>>, parse_by<kQuestion<Into>>};
}

constexpr std::array kStatus{
    question<ShowStatus>("", "status", "all that matters, on one screen",
                         "Sites, certificates and how much of their life has passed, the last "
                         "change, findings, and one suggestion.",
                         "gatehouse status\ngatehouse status --json")};

constexpr std::array kRows{
    question<ListListeners>("listener", "list", "addresses and ports, and who uses them", "",
                            "gatehouse listener list"),
    question<ListUpstreams>("upstream", "list", "applications, and which ways to them are plain",
                            "", "gatehouse upstream list"),
    Verb{"", "logs", "", "requests, as readable lines",
         "Prints the access log that the running gatehouse writes. With --json the lines are "
         "printed as they are.",
         "gatehouse logs --follow\ngatehouse logs --site files.example.com --lines 100",
         flags_of<kLogs>, parse_by<kLogs>}};

constexpr std::array kUpgrade{question<UpgradeProgram>(
    "", "upgrade", "replace the running program without losing a connection",
    "Has the running gatehouse start its program file anew, as it is now, and hand everything over "
    "to it: sockets, session tickets, the right to write the state folder. Prints each step, and "
    "which process and version answer at the admin socket then. The program before ends when its "
    "connections have.\n\n"
    "When the new program cannot serve, the verb says why and ends with 1, or with 9 when it took "
    "longer than 30 seconds; the program before goes on as if nothing had been. SIGUSR2 does the "
    "same without the words.",
    "gatehouse upgrade\ngatehouse upgrade --json")};

}  // namespace

std::span<const Verb> status_rows() { return kStatus; }
std::span<const Verb> upgrade_rows() { return kUpgrade; }
std::span<const Verb> serving_rows() { return kRows; }

}  // namespace gatehouse::cli
