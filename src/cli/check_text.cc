#include "cli/check_text.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/time_text.h"
#include "check/shown.h"

namespace gatehouse::cli {
namespace {

using check::Report;

constexpr std::size_t kWidth = 96;
constexpr std::size_t kMostNames = 6;

// Words that stand behind each other until the line is full; the next line begins under the first.
std::string wrapped(std::string_view head, std::string_view text) {
  std::string out(head);
  std::size_t column = head.size();
  bool first = true;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (!first && column + 1 + word.size() > kWidth) {
      out += '\n' + std::string(head.size(), ' ');
      column = head.size();
      first = true;
    }
    if (!first) out += ' ';
    out += word;
    column += word.size() + (first ? 0 : 1);
    first = false;
  }
  return out += '\n';
}

std::string fact(std::string_view name, std::string_view text) {
  return text.empty() ? "" : wrapped(fmt::format("  {:<12} ", name), text);
}

std::string clients_text(const Report& report) {
  if (report.clients.empty()) return "";
  std::string out = "\nWhat each client will do\n";
  for (const check::Verdict& verdict : report.clients) {
    out += wrapped(fmt::format("  {:<8} {:<9} ", text(verdict.client), text(verdict.outcome)),
                   verdict.reason);
  }
  return out;
}

std::string versions_text(const check::TlsFacts& tls) {
  std::vector<std::string> accepted;
  for (const check::VersionFacts& version : tls.versions) {
    if (version.accepted) accepted.push_back(check::version_text(version.version));
  }
  if (accepted.empty()) return "";
  std::string text = fmt::format("TLS {}", fmt::join(accepted, ", "));
  if (!tls.alpn.empty()) text += fmt::format("; {}", fmt::join(tls.alpn, ", "));
  return text;
}

std::string handshake_text(const check::TlsFacts& tls) {
  const tls::Observation& seen = tls.modern;
  if (!seen.completed()) return fmt::format("the server {}", seen.reason);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(seen.duration);
  return fmt::format("TLS {}, {}, {}{}, {} ms", check::version_text(seen.info.version),
                     tls::cipher_suite_text(seen.info.cipher_suite),
                     tls::group_text(seen.info.group), tls.post_quantum ? " (post-quantum)" : "",
                     took.count());
}

std::string life_text(const check::CertificateFacts& leaf) {
  const double part = std::clamp(leaf.life_passed, 0.0, 1.0);
  return fmt::format("{} to {}, {:.0f} % of its life is over", date_text(leaf.not_before),
                     date_text(leaf.not_after), 100 * part);
}

std::string chain_text(const check::ChainFacts& chain) {
  std::vector<std::string> subjects;
  for (const auto& certificate : chain.certificates)
    subjects.push_back(check::short_name(certificate.subject));
  std::string text = fmt::format("{}", fmt::join(subjects, " <- "));
  if (chain.open) text += fmt::format(" <- missing: {}", *chain.open);
  return text;
}

std::string certificate_text(const check::TlsFacts& tls) {
  if (tls.chain.certificates.empty()) return "";
  const check::CertificateFacts& leaf = tls.chain.certificates.front();
  const auto shown = std::span(leaf.names).first(std::min(leaf.names.size(), kMostNames));
  const std::string more = leaf.names.size() > shown.size() ? ", ..." : "";
  return fact("certificate",
              fmt::format("{}; {}; signed by {} ({})", check::short_name(leaf.subject), leaf.key,
                          check::short_name(leaf.issuer), leaf.signature)) +
         fact("names", fmt::format("{}{}", fmt::join(shown, ", "), more)) +
         fact("valid", life_text(leaf)) + fact("chain", chain_text(tls.chain));
}

std::string answer_text(const check::HttpAnswer& answer) {
  std::string text = fmt::format("{}", answer.status);
  if (!answer.location.empty()) text += fmt::format(" to {}", answer.location);
  return text;
}

std::string https_text(const Report& report) {
  if (!report.https) return "";
  const std::string request = fmt::format("GET {}", report.target.path);
  if (!*report.https) return fmt::format("{}: the server {}", request, report.https->error().what);
  const auto& answer = report.https->value();
  const std::string sticks = answer.strict_transport_security
                                 ? "; HSTS " + *answer.strict_transport_security
                                 : std::string();
  return fmt::format("{}: {}{}", request, answer_text(answer), sticks);
}

std::string plain_text(const check::PlainFacts& plain) {
  if (plain.kind == check::PlainFacts::Kind::speaks_tls) return "speaks TLS";
  if (plain.answer) return answer_text(*plain.answer);
  return plain.reason;
}

std::string facts_text(const Report& report) {
  std::string out;
  if (report.tls) {
    const check::TlsFacts& tls = *report.tls;
    out += fact("protocols", versions_text(tls)) + fact("handshake", handshake_text(tls)) +
           certificate_text(tls);
    if (tls.without_name) {
      out += fact("no name", fmt::format("who sends none gets {}", *tls.without_name));
    }
  }
  out += fact("answer", https_text(report));
  if (report.plain) {
    out +=
        fact("plain HTTP", fmt::format("{}: {}", report.plain->dialled, plain_text(*report.plain)));
  }
  if (report.plain_here) {
    out += fact(report.plain ? "" : "plain HTTP",
                fmt::format("spoken to this port: {}", plain_text(*report.plain_here)));
  }
  return out.empty() ? "" : "\nWhat was seen\n" + out;
}

std::string findings_text(const Report& report) {
  if (report.findings.empty()) return "\nNothing to repair.\n";
  std::string out = "\nFindings\n";
  for (const check::Finding& finding : report.findings) {
    out += wrapped(fmt::format("  {:<8} ", text(finding.severity)), finding.sentence);
    if (!finding.remedy.empty()) out += wrapped("           -> ", finding.remedy);
  }
  return out;
}

}  // namespace

std::string render_report(const Report& report) {
  std::string out = report.target.url();
  if (!report.dialled.empty()) out += fmt::format("  at {}", report.dialled);
  out += fmt::format("  {}\n", timestamp_text(report.when));
  out += clients_text(report) + facts_text(report) + findings_text(report);
  if (!report.suggestion.empty()) out += '\n' + wrapped("Next: ", report.suggestion);
  return out;
}

}  // namespace gatehouse::cli
