#include "cli/authority_text.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "certs/trust/anchor_facts.h"
#include "cli/certificate_text.h"
#include "cli/columns.h"
#include "cli/lists.h"
#include "cli/time_text.h"

namespace gatehouse::cli {
namespace {

// What fits into 80 columns; the rest is in the answer as JSON.
constexpr int kMostNames = 1;
constexpr std::size_t kWidestNames = 28;
constexpr std::size_t kWidestPermitted = 36;
constexpr std::size_t kShortSerial = 8;  // enough for ca revoke

std::string end_text(const std::string& when, WallTime now) {
  const auto time = parse_timestamp(when);
  return time ? relative_text(*time, now) : when;
}

std::string active_end(const api::AuthorityRow& row, WallTime now) {
  for (const auto& root : row.roots()) {
    if (root.state() == "active") return end_text(root.not_after(), now);
  }
  return "";
}

std::string roots_text(const api::AuthorityRow& row, WallTime now) {
  Columns table({"ROOT", "STATE", "ENDS", "KEY"});
  for (const auto& root : row.roots()) {
    table.add({fmt::format("{}", root.number()), root.state(), end_text(root.not_after(), now),
               root.key_is_here() ? "here" : "elsewhere"});
  }
  std::string out = table.text();
  for (const auto& root : row.roots()) {
    out += fmt::format("\nroot {}: {}\nSHA-256:\n{}\n", root.number(), printable(root.subject()),
                       thumbprint_text(root.sha256()));
  }
  return out;
}

std::string issuers_text(const api::AuthorityRow& row, WallTime now) {
  Columns table({"ISSUER", "STATE", "ENDS"});
  for (const auto& issuer : row.issuers()) {
    table.add({issuer.name(), issuer.active() ? "signs" : "revokes only",
               end_text(issuer.not_after(), now)});
  }
  return row.issuers().empty() ? "" : "\n" + table.text();
}

std::string state_text(const api::IssuedRow& row) {
  return row.reason().empty() ? row.state() : fmt::format("{}: {}", row.state(), row.reason());
}

std::string issued_text(const api::GetAuthorityResponse& shown, WallTime now) {
  if (shown.issued().empty()) return "\nIt has issued nothing.\n";
  Columns table({"ISSUED FOR", "SERIAL", "ROLE", "STATE", "ENDS"});
  for (const auto& row : shown.issued()) {
    const std::string names =
        row.names().empty() ? row.subject() : list_text(row.names(), kMostNames);
    table.add({cut(names, kWidestNames), row.serial().substr(0, kShortSerial), row.role(),
               state_text(row), row.reason().empty() ? end_text(row.not_after(), now) : ""});
  }
  return "\n" + table.text();
}

}  // namespace

std::string thumbprint_text(std::string_view sha256) {
  constexpr std::size_t kLine = 40;  // eight groups, each with what parts it from the next
  std::string lines = certs::fingerprint_groups(sha256);
  for (std::size_t end = kLine; end <= lines.size(); end += kLine) lines[end - 1] = '\n';
  return lines;
}

std::string authorities_text(const api::ListAuthoritiesResponse& authorities, WallTime now) {
  Columns table({"CA", "ROOT ENDS", "ISSUED", "REVOKED", "MAY CERTIFY"});
  for (const api::AuthorityRow& row : authorities.authorities()) {
    const std::string permitted = row.permitted().empty() ? "every name" : row.permitted();
    table.add({row.name(), active_end(row, now),
               row.read_only() ? "" : fmt::format("{}", row.issued()),
               row.revoked() == 0 ? "" : fmt::format("{}", row.revoked()),
               cut(permitted, kWidestPermitted)});
  }
  if (!table.empty()) return table.text();
  return "There are no CAs. Make one: gatehouse ca init backends --permit .plant4.local\n";
}

std::string authority_text(const api::AuthorityRow& row, WallTime now) {
  std::string out = fmt::format("CA           {}\n", printable(row.name()));
  out += fmt::format("may certify  {}\n",
                     row.permitted().empty() ? "every name" : printable(row.permitted()));
  if (row.leaf_days() != 0) out += fmt::format("issues for   {} days\n", row.leaf_days());
  if (!row.roots().empty()) out += "\n" + roots_text(row, now) + issuers_text(row, now);
  if (!row.notes().empty()) out += "\n" + notes_text(row.notes());
  return out;
}

std::string authority_text(const api::GetAuthorityResponse& shown, WallTime now) {
  const std::string out = authority_text(shown.authority(), now);
  return shown.authority().read_only() ? out : out + issued_text(shown, now);
}

}  // namespace gatehouse::cli
