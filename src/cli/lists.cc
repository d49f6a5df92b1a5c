#include "cli/lists.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "cli/columns.h"
#include "cli/console.h"
#include "cli/life.h"
#include "cli/time_text.h"

namespace gatehouse::cli {
namespace {

std::string or_else(const Columns& table, std::string_view nothing) {
  return table.empty() ? fmt::format("{}\n", nothing) : table.text();
}

// "3 days ago", or the text as it came.
std::string when_text(const std::string& when, WallTime now) {
  const auto time = parse_timestamp(when);
  return time ? fmt::format("{} ({})", minute_text(*time), relative_text(*time, now)) : when;
}

}  // namespace

std::string list_text(const google::protobuf::RepeatedPtrField<std::string>& texts, int most) {
  if (texts.size() <= most) return fmt::format("{}", fmt::join(texts, ", "));
  return fmt::format("{}, and {} more", fmt::join(texts.begin(), texts.begin() + most, ", "),
                     texts.size() - most);
}

std::string sites_text(const api::ListSitesResponse& sites) {
  Columns table({"SITE", "STATE", "ADDRESSES", "UPSTREAMS", "PLAIN HTTP", "OWNER", "DEFINED"});
  for (const api::SiteRow& site : sites.sites()) {
    table.add({site.name(), site.enabled() ? "" : "disabled", list_text(site.urls()),
               site.upstreams().empty() ? "a welcome page" : list_text(site.upstreams()),
               site.http(), site.owner(), site.defined()});
  }
  return or_else(table,
                 "There are no sites. Publish one: gatehouse add files.example.com "
                 "http://127.0.0.1:8080");
}

std::string bindings_text(const api::ListBindingsResponse& bindings) {
  Columns table({"BINDING", "ENDPOINT", "CERTIFICATE", "TLS PROFILE", "SITE", "OWNER", "DEFINED"});
  for (const api::BindingRow& row : bindings.bindings()) {
    table.add({row.name(), row.endpoint(), row.certificate(), row.tls_profile(), row.site(),
               row.owner(), row.defined()});
  }
  return or_else(table, "There are no bindings.");
}

std::string listeners_text(const api::ListListenersResponse& listeners) {
  Columns table({"ADDRESS", "TLS", "SITES", "UNKNOWN NAMES", "NO NAME", "CONNECTIONS", "OWNER"});
  for (const api::ListenerRow& row : listeners.listeners()) {
    table.add({row.address(), row.tls() ? "yes" : "no", list_text(row.sites(), 3),
               row.tls() ? row.unknown_names() : "", row.tls() ? row.no_name() : "",
               fmt::format("{}", row.connections()), row.owner()});
  }
  return or_else(table, "Nothing is listened on.");
}

std::string upstreams_text(const api::ListUpstreamsResponse& upstreams) {
  Columns table({"UPSTREAM", "SITES", "WAY"});
  for (const api::UpstreamRow& row : upstreams.upstreams()) {
    const std::string_view plain =
        row.trust_boundary() ? "plain HTTP inside a trust boundary" : "plain HTTP over a network";
    table.add({row.url(), list_text(row.sites(), 3),
               std::string(row.crosses_network() ? plain : "on this machine")});
  }
  return or_else(table, "There are no upstreams: the welcome page answers.");
}

std::string certificates_text(const api::ListCertificatesResponse& certificates, WallTime now) {
  Columns table({"NAMES", "LIFE", "STATE", "ENDS", "ORIGIN", "USED BY"});
  for (const api::CertificateRow& row : certificates.certificates()) {
    table.add({row.names().empty() ? row.subject() : list_text(row.names(), 3),
               life_bar(row, Paint(false)), row.state(), life_text(row, now), row.origin(),
               list_text(row.used_by(), 3)});
  }
  return or_else(table, "There are no certificates.");
}

std::string history_text(const api::HistoryResponse& history, WallTime now) {
  std::string out;
  for (const api::Revision& revision : history.revisions()) {
    out +=
        fmt::format("{}{}  {}  by {}\n", revision.number(), revision.current() ? " (in force)" : "",
                    when_text(revision.when(), now), printable(revision.who()));
    if (!revision.why().empty()) out += fmt::format("    \"{}\"\n", printable(revision.why()));
    for (const std::string& line : revision.summary()) {
      out += fmt::format("    {}\n", printable(line));
    }
  }
  return out.empty() ? "Nothing has been changed yet.\n" : out;
}

std::string explanation_text(const api::ExplainBindingResponse& answer) {
  std::string out;
  if (answer.answered()) {
    out += fmt::format("certificate  {}\n", printable(answer.certificate()));
    if (!answer.site().empty()) out += fmt::format("site         {}\n", printable(answer.site()));
    out += fmt::format("TLS profile  {}\n", printable(answer.tls_profile()));
  } else {
    out += "Nobody answers.\n";
  }
  for (const std::string& reason : answer.reasons())
    out += fmt::format("- {}\n", printable(reason));
  return out;
}

}  // namespace gatehouse::cli
