#include "check/findings.h"

#include <algorithm>

#include <fmt/format.h>

#include "check/finding_list.h"

namespace gatehouse::check {
namespace {

using End = tls::Observation::End;

constexpr std::uint8_t kUnrecognizedName = 112;  // RFC 6066 section 3

// It answers nothing to a TLS hello, and a page to HTTP.
bool serves_plainly(const Report& report, const tls::Observation& seen) {
  const bool mute =
      seen.end == End::closed || seen.end == End::timed_out || seen.end == End::not_tls;
  return mute && report.plain_here && report.plain_here->answer &&
         report.plain_here->kind != PlainFacts::Kind::refuses;
}

void judge_failure(const Report& report, const tls::Observation& seen, FindingList& found) {
  if (seen.end == End::plain_http || serves_plainly(report, seen)) {
    return found.error(
        "plain_http_on_tls_port",
        fmt::format("{} speaks HTTP without TLS: whoever opens {} gets an error page of "
                    "the browser.",
                    report.dialled, report.target.url()),
        fmt::format("Open http://{}:{}/ instead, or put TLS on this port.",
                    report.target.name.url_host(), report.target.port));
  }
  if (seen.alert == kUnrecognizedName) {
    return found.error(
        "name_unknown",
        fmt::format("The server has no certificate for {} and says so.", report.target.name.text()),
        "Add the name to a site of the server, or repair the DNS entry that leads here.");
  }
  if (seen.asked_for_certificate) return;  // see judge_certificates
  found.error("no_handshake", fmt::format("The TLS handshake failed: the server {}.", seen.reason),
              "Look into the log of the server for the same moment.");
}

void judge_protocol(const TlsFacts& tls, FindingList& found) {
  for (const VersionFacts& version : tls.versions) {
    if (version.version < 0x0303 && version.accepted) {
      found.warning("old_tls",
                    fmt::format("TLS {} is spoken here; it is broken (RFC 8996).",
                                version_text(version.version)),
                    "Switch it off: every client since 2014 speaks TLS 1.2.");
    }
    if (version.version == 0x0304 && !version.accepted) {
      found.notice("no_tls13", "TLS 1.3 is not spoken here.",
                   "Switch it on: one round trip less, and no weak suite.");
    }
  }
  if (!tls.post_quantum) {
    found.notice(
        "no_post_quantum",
        "The key exchange can be broken by a later quantum computer: X25519MLKEM768 is not "
        "taken.",
        "Use a server whose TLS library has it.");
  }
}

std::string suggestion(const Report& report) {
  if (!report.target.tls || !report.has("plain_served")) return "";
  const bool green = std::ranges::all_of(report.findings, [](const Finding& finding) {
    return finding.severity == Severity::notice || finding.code == "plain_served";
  });
  if (!green) return "Leave plain HTTP open until the findings above are repaired, then close it.";
  return "Plain HTTP can be closed now: https works for browsers and native clients. For a site of "
         "gatehouse write `http: {external: redirect, loopback: keep}`, then check again.";
}

}  // namespace

void judge(Report& report) {
  FindingList found(report.target.url());
  if (!report.reached) {
    found.error("unreachable", report.unreachable,
                "Check that a server listens there and that no firewall is in between.");
  }
  if (report.tls) {
    const tls::Observation& modern = report.tls->modern;
    if (!modern.completed()) judge_failure(report, modern, found);
    judge_certificates(report, found);
    if (modern.completed()) judge_protocol(*report.tls, found);
  }
  judge_http(report, found);
  report.findings = found.sorted();
  report.suggestion = suggestion(report);
}

}  // namespace gatehouse::check
