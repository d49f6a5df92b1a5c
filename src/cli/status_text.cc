#include "cli/status_text.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/number_text.h"
#include "cli/columns.h"
#include "cli/help.h"
#include "cli/life.h"
#include "cli/lists.h"
#include "cli/time_text.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr int kMostSites = 8;
constexpr std::size_t kMostCertificates = 6;
constexpr int kMostFindings = 5;

std::string heading(std::string_view text, const Paint& paint) {
  return fmt::format("\n{}\n", paint.strong(text));
}

std::string left_out(std::ptrdiff_t more, std::string_view command) {
  return more > 0 ? fmt::format("  and {} more: {}\n", more, command) : "";
}

std::string head(const api::Status& status, WallTime now) {
  std::string out = fmt::format("gatehouse {}", printable(status.version()));
  if (status.revision() != 0) out += fmt::format(", revision {}", status.revision());
  if (const auto started = parse_timestamp(status.started()); started && *started <= now) {
    out +=
        fmt::format(", up {}", span_text(std::chrono::floor<std::chrono::seconds>(now - *started)));
  }
  return fmt::format("{}\n{}, {}, {}\n", out, counted(status.workers(), "worker"),
                     counted(status.connections(), "connection"),
                     counted(status.requests(), "request"));
}

std::string site_line(const api::SiteRow& site, std::size_t width, const Paint& paint) {
  const std::string from = site.urls().empty() ? site.name() : list_text(site.urls(), 1);
  const std::string to =
      site.upstreams().empty() ? "a welcome page" : list_text(site.upstreams(), 1);
  const std::string line =
      fmt::format("{}  ->  {}", padded(cut(printable(from), width), width), printable(to));
  if (site.enabled()) return fmt::format("  {}\n", cut(line, kWidth - 2));
  return fmt::format("  {}\n", paint.faint(cut(line, kWidth - 13) + " (disabled)"));
}

std::string sites_part(const api::Status& status, const Paint& paint) {
  std::string out = heading("Sites", paint);
  const int shown = std::min(status.sites_size(), kMostSites);
  std::size_t width = 0;
  for (int i = 0; i < shown; ++i) {
    const api::SiteRow& site = status.sites(i);
    width =
        std::max(width, width_of(site.urls().empty() ? site.name() : list_text(site.urls(), 1)));
  }
  width = std::min(width, kWidth / 2);
  for (int i = 0; i < shown; ++i) out += site_line(status.sites(i), width, paint);
  if (status.sites().empty()) {
    out += "  none; publish one: gatehouse add files.example.com http://127.0.0.1:8080\n";
  }
  return out + left_out(status.sites_size() - shown, "gatehouse site list");
}

// The oldest by its own life first.
std::vector<const api::CertificateRow*> by_life(const api::Status& status) {
  std::vector<const api::CertificateRow*> rows;
  for (const api::CertificateRow& row : status.certificates()) rows.push_back(&row);
  std::ranges::sort(rows, [](const auto* a, const auto* b) {
    return std::tuple(b->percent_of_life(), a->sha256()) <
           std::tuple(a->percent_of_life(), b->sha256());
  });
  return rows;
}

std::string certificates_part(const api::Status& status, WallTime now, const Paint& paint) {
  if (status.certificates().empty()) return {};
  std::string out = heading("Certificates", paint);
  const auto rows = by_life(status);
  const std::size_t shown = std::min(rows.size(), kMostCertificates);
  for (const api::CertificateRow* row : std::span(rows).first(shown)) {
    const std::string life = life_text(*row, now);
    const std::string names =
        printable(row->names().empty() ? row->subject() : list_text(row->names(), 2));
    // 2 + 18 for the bar, 2 between, and 28 for "renews itself, 397 days left".
    out += fmt::format("  {}  {}  {}\n", life_bar(*row, paint), padded(cut(names, 28), 28), life);
  }
  return out +
         left_out(std::ssize(rows) - static_cast<std::ptrdiff_t>(shown), "gatehouse cert list");
}

std::string change_part(const api::Status& status, WallTime now, const Paint& paint) {
  std::string out;
  if (status.has_last_change() && status.last_change().number() != 0) {
    const api::Revision& change = status.last_change();
    const auto when = parse_timestamp(change.when());
    std::string line = fmt::format("{} by {}", when ? relative_text(*when, now) : change.when(),
                                   printable(change.who()));
    if (!change.why().empty()) line += fmt::format(": \"{}\"", printable(change.why()));
    out += heading("Last change", paint) + "  " + wrapped(line, 2, kWidth);
    for (int i = 0; i < std::min(change.summary_size(), 3); ++i) {
      out += fmt::format("  - {}\n", cut(printable(change.summary(i)), kWidth - 4));
    }
    out += left_out(change.summary_size() - 3, "gatehouse config history");
  }
  if (!status.last_error().empty()) {
    out += heading("A reload changed nothing", paint) + "  " +
           wrapped(printable(status.last_error()), 2, kWidth);
  }
  return out;
}

std::string finding_text(const api::Finding& finding, const Paint& paint) {
  const std::string severity = padded(finding.severity(), 9);
  const bool bad = finding.severity() == "error";
  std::string text = printable(finding.about());
  if (!text.empty()) text += ": ";
  text += printable(finding.sentence());
  if (!finding.remedy().empty()) text += " " + printable(finding.remedy());
  return fmt::format("  {}{}", bad ? paint.bad(severity) : paint.careful(severity),
                     wrapped(text, 11, kWidth));
}

std::string findings_part(const api::Status& status, const Paint& paint) {
  std::string out = heading("Findings", paint);
  if (status.findings().empty()) return out + "  " + paint.good("none") + "\n";
  const int shown = std::min(status.findings_size(), kMostFindings);
  for (int i = 0; i < shown; ++i) out += finding_text(status.findings(i), paint);
  return out + left_out(status.findings_size() - shown, "gatehouse status --json");
}

}  // namespace

std::string status_text(const api::Status& status, WallTime now, const Paint& paint) {
  std::string out = head(status, now) + sites_part(status, paint) +
                    certificates_part(status, now, paint) + change_part(status, now, paint) +
                    findings_part(status, paint);
  if (!status.suggestion().empty()) {
    out += heading("Suggestion", paint) + "  " + wrapped(printable(status.suggestion()), 2, kWidth);
  }
  return out;
}

}  // namespace gatehouse::cli
