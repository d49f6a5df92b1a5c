#include "check/report.h"

#include <algorithm>

namespace gatehouse::check {

std::string_view text(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::notice: return "notice";
  }
  return "notice";
}

std::string_view text(Client client) {
  switch (client) {
    case Client::browser: return "browser";
    case Client::native: return "native";
    case Client::old: return "old";
    case Client::ancient: return "ancient";
  }
  return "browser";
}

std::string_view text(Outcome outcome) {
  switch (outcome) {
    case Outcome::connects: return "connects";
    case Outcome::warns: return "warns";
    case Outcome::refuses: return "refuses";
  }
  return "refuses";
}

std::string_view text(PlainFacts::Kind kind) {
  switch (kind) {
    case PlainFacts::Kind::nobody: return "nobody";
    case PlainFacts::Kind::silent: return "silent";
    case PlainFacts::Kind::closes: return "closes";
    case PlainFacts::Kind::not_http: return "not_http";
    case PlainFacts::Kind::redirects: return "redirects";
    case PlainFacts::Kind::refuses: return "refuses";
    case PlainFacts::Kind::serves: return "serves";
    case PlainFacts::Kind::speaks_tls: return "speaks_tls";
  }
  return "nobody";
}

std::string version_text(std::uint16_t version) {
  switch (version) {
    case 0x0301: return "1.0";
    case 0x0302: return "1.1";
    case 0x0303: return "1.2";
    case 0x0304: return "1.3";
    default: return "none";
  }
}

bool Report::has(Severity severity) const {
  return std::ranges::any_of(findings, [&](const Finding& f) { return f.severity == severity; });
}

bool Report::has(std::string_view code) const {
  return std::ranges::any_of(findings, [&](const Finding& f) { return f.code == code; });
}

}  // namespace gatehouse::check
