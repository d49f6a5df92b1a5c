#include "cli/certificate_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "cli/columns.h"
#include "cli/life.h"
#include "cli/lists.h"
#include "cli/time_text.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kTerminal = 80;

std::string date_of(const std::string& timestamp) { return timestamp.substr(0, 10); }

std::string when_text(const std::string& timestamp, WallTime now) {
  const auto time = parse_timestamp(timestamp);
  return time ? fmt::format("{} ({})", minute_text(*time), relative_text(*time, now)) : timestamp;
}

template <class Row>
std::string names_or_subject(const Row& row, int most) {
  return row.names().empty() ? row.subject() : list_text(row.names(), most);
}

std::string stored_table(const api::ListCertificatesResponse& list) {
  Columns table({"NAME", "SHELF", "FOR", "STATE", "ENDS", "USED BY", "OWNER"});
  for (const api::StoredCertificate& one : list.stored()) {
    table.add({cut(one.name(), 30), one.shelf(), cut(names_or_subject(one, 1), 34), one.state(),
               date_of(one.not_after()), list_text(one.used_by(), 2),
               one.owner() == "machine" ? "" : one.owner()});
  }
  return table.empty() ? "" : table.text();
}

std::string requests_table(const api::ListCertificatesResponse& list) {
  Columns table({"NAME", "FOR", "KEY", "SINCE", "BY", "OWNER"});
  for (const api::PendingRequest& one : list.requests()) {
    table.add({cut(one.name(), 30), cut(names_or_subject(one, 1), 34), one.key_type(),
               date_of(one.created()), one.who(), one.owner() == "machine" ? "" : one.owner()});
  }
  return table.empty() ? "" : table.text();
}

// A label and what stands beside it; long values go on below.
class Sheet {
 public:
  void add(std::string_view label, std::string_view value) {
    if (value.empty()) return;
    out_ += fmt::format("{:<{}}{}\n", label, kColumn, wrapped(printable(value), kColumn));
  }
  void line(std::string_view label, std::string_view value) {  // never wrapped: to be copied
    if (!value.empty()) out_ += fmt::format("{:<{}}{}\n", label, kColumn, printable(value));
  }
  std::string take() { return std::move(out_); }

  // Broken between words, so that no line is wider than a terminal if that can be.
  static std::string wrapped(std::string_view text, std::size_t indent) {
    std::string out;
    std::size_t width = indent;
    while (!text.empty()) {
      const std::string_view word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(text.size(), word.size() + 1));
      if (width > indent && width + 1 + width_of(word) > kTerminal) {
        out += fmt::format("\n{:{}}", "", indent);
        width = indent;
      } else if (width > indent) {
        out += ' ';
        ++width;
      }
      out += word;
      width += width_of(word);
    }
    return out;
  }

 private:
  static constexpr std::size_t kColumn = 13;
  std::string out_;
};

std::string request_text(const api::GetCertificateResponse& got, WallTime now) {
  const api::PendingRequest& request = got.request();
  Sheet sheet;
  sheet.add("request", request.name());
  sheet.add("names", list_text(request.names()));
  sheet.add("subject", request.subject());
  sheet.add("key", request.key_type());
  sheet.add("since", fmt::format("{}, by {}", when_text(request.created(), now), request.who()));
  sheet.add("id", request.id());
  return sheet.take() + "\nIt waits for its certificate: gatehouse cert import FILE\n\n" +
         got.pem();
}

void add_chain(const api::GetCertificateResponse& got, Sheet& sheet) {
  for (int i = 1; i < got.chain_size(); ++i) {
    const api::ChainLink& link = got.chain(i);
    sheet.add(i == 1 ? "chain" : "",
              fmt::format("{} (until {})", link.subject(), date_of(link.not_after())));
  }
}

std::string candidates_text(const api::GetCertificateResponse& got) {
  if (got.candidates_size() < 2) return {};
  std::string out = "\nSeveral match:\n";
  for (const api::CertificateCandidate& one : got.candidates()) {
    const std::string text = fmt::format("{} ({}) {}", one.certificate().name(),
                                         one.certificate().sha256().substr(0, 16), one.reason());
    out += fmt::format("- {}\n", Sheet::wrapped(printable(text), 2));
  }
  return out;
}

}  // namespace

std::string stored_certificates_text(const api::ListCertificatesResponse& list, bool filtered,
                                     WallTime now) {
  const std::string stored = stored_table(list);
  const std::string waiting = requests_table(list);
  std::string out;
  if (!filtered) out += certificates_text(list, now);
  if (!stored.empty()) out += fmt::format("{}{}", filtered ? "" : "\nIn the store:\n", stored);
  if (!waiting.empty()) {
    out += fmt::format("{}Requested, and not come yet:\n{}", out.empty() ? "" : "\n", waiting);
  }
  if (filtered && out.empty()) out = "No certificate of the store is like that.\n";
  return out;
}

std::string certificate_text(const api::GetCertificateResponse& got, WallTime now) {
  if (got.has_request()) return request_text(got, now);
  const api::StoredCertificate& one = got.certificate();
  Sheet sheet;
  sheet.add("name", one.name());
  sheet.add("shelf", one.owner() == "machine" ? one.shelf()
                                              : fmt::format("{} of {}", one.shelf(), one.owner()));
  sheet.add("names", list_text(one.names()));
  sheet.add("subject", one.subject());
  sheet.add("issuer", one.issuer());
  add_chain(got, sheet);
  sheet.add("key", one.key_type());
  sheet.add("roles", one.authority() ? "certificate authority" : list_text(one.roles()));
  sheet.add("valid",
            fmt::format("{} to {}: {}, {} % of its life has passed", date_of(one.not_before()),
                        date_of(one.not_after()), one.state(), one.percent_of_life()));
  sheet.line("SHA-256", one.sha256());
  sheet.line("SHA-1", one.sha1());
  sheet.add("origin", fmt::format("{}, {}", one.origin(), when_text(one.created(), now)));
  sheet.add("served", one.last_served().empty() ? "" : when_text(one.last_served(), now));
  sheet.add("used by", one.used_by().empty() ? "nobody" : list_text(one.used_by()));
  sheet.line("id", one.id());
  return sheet.take() + candidates_text(got) + notes_text(got.notes());
}

std::string certificate_history_text(const api::CertificateHistoryResponse& history, WallTime now) {
  std::string out = fmt::format("{} ({})\n", printable(history.name()), history.id());
  for (const api::CertificateHistoryEntry& entry : history.entries()) {
    out += fmt::format("{}  {}  by {}\n", when_text(entry.when(), now), entry.event(),
                       printable(entry.who()));
    if (!entry.why().empty()) out += fmt::format("    \"{}\"\n", printable(entry.why()));
    if (entry.has_before()) {
      const api::StoredCertificate& before = entry.before();
      out += fmt::format("    before: \"{}\", until {}, SHA-256 {}...\n", printable(before.name()),
                         date_of(before.not_after()), before.sha256().substr(0, 16));
    }
  }
  return out;
}

std::string notes_text(const google::protobuf::RepeatedPtrField<std::string>& notes) {
  std::string out;
  for (const std::string& note : notes) {
    out += fmt::format("note     {}\n", Sheet::wrapped(printable(note), 9));
  }
  return out;
}

std::string found_text(const api::ImportCertificatesResponse& response, const Paint& paint) {
  Columns table({"FOUND", "FOR", "KEY", "ENDS", "BECOMES"});
  for (const api::FoundItem& item : response.found()) {
    const std::string as =
        item.name().empty() ? item.fate() : fmt::format("{}: {}", item.fate(), item.name());
    table.add({item.kind(), cut(names_or_subject(item, 2), 32), item.key_type(),
               date_of(item.not_after()), as});
  }
  std::string out = table.empty() ? "" : table.text();
  for (const api::ImportRefusal& refusal : response.refusals()) {
    out += fmt::format("{}  {}\n", paint.bad("refused"),
                       Sheet::wrapped(printable(refusal.sentence()), 9));
  }
  return out + notes_text(response.notes());
}

}  // namespace gatehouse::cli
