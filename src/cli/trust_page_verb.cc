#include <array>

#include "base/values.h"
#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

Result<std::uint32_t> parse_page_time(std::string_view text) {
  auto time = parse_duration(text);
  if (!time) return pass_on(time);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time).count();
  if (seconds >= 60 && seconds <= 7 * 24 * 3600) return static_cast<std::uint32_t>(seconds);
  return usage_error("The trust page is open for one minute (1m) to seven days (168h).");
}

constexpr auto kFlags = join(
    std::array{
        Flag<TrustPageCommand>{"--for", "TIME", "How long, from 1m to 168h; 2h unless said.",
                               [](TrustPageCommand& page, Text text) {
                                 return assign(page.seconds, text, parse_page_time);
                               }},
        Flag<TrustPageCommand>{
            "--listen", "ADDR",
            "Where, without TLS: :8008 (the default), 127.0.0.1:8008. The live test has the next "
            "port, or any that is free.",
            [](TrustPageCommand& page, Text text) {
              return assign(page.listen, text, parse_listen_text);
            }},
        Flag<TrustPageCommand>{
            "--ca", "NAME", "Whose page: a CA of gatehouse ca list; the machine's own unless said.",
            [](TrustPageCommand& page, Text text) { return assign(page.ca, text, parse_text); }},
        Flag<TrustPageCommand>{"--close", "", "Close the page that is open.",
                               [](TrustPageCommand& page, Text) -> Result<Ok> {
                                 page.close = true;
                                 return Ok{};
                               }}},
    connection_flags<TrustPageCommand>());

Result<Ok> finish(TrustPageCommand& page, const Environment& environment) {
  if (page.close && (page.seconds != 0 || !page.listen.empty() || !page.ca.empty())) {
    return usage_error("--close closes the page; it goes with none of --for, --listen and --ca.");
  }
  return finish_connection(page, environment);
}

constexpr Grammar<TrustPageCommand> kGrammar{kFlags, nullptr, finish};

constexpr std::array kRows{Verb{
    "trust", "page", "", "a page on which other devices come to trust the local CA",
    "Opens a listener of its own for the trust page, without TLS, because the devices do not "
    "trust the local CA yet. The page says at once whether the device that opens it trusts "
    "the CA, shows the fingerprint to compare, and has the file and the steps for each system. "
    "It closes by itself, and when gatehouse ends.\n\n"
    "With --ca it is the page of a CA of your own, with all of its roots while one is replaced.\n\n"
    "Sites that a local CA certifies have the same page under /.well-known/gatehouse/trust.",
    "gatehouse trust page --for 2h\ngatehouse trust page --ca backends --for 2h\ngatehouse trust "
    "page --close",
    flags_of<kGrammar>, parse_by<kGrammar>}};

}  // namespace

std::span<const Verb> trust_page_rows() { return kRows; }

}  // namespace gatehouse::cli
