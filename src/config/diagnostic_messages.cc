#include "config/diagnostic_messages.h"

namespace gatehouse::config {
namespace {

constexpr std::string_view kError = "error";
constexpr std::string_view kWarning = "warning";

}  // namespace

void add(const Diagnostics& diagnostics, DiagnosticMessages& to) {
  for (const Diagnostic& one : diagnostics) {
    api::Diagnostic& made = *to.Add();
    made.set_code(one.code);
    made.set_severity(std::string(one.severity == Severity::warning ? kWarning : kError));
    made.set_message(one.message);
    made.set_file(one.place.file);
    made.set_line(one.place.line);
    made.set_column(one.place.column);
    made.set_text(one.text);
    made.set_length(one.length);
    made.set_hint(one.hint);
  }
}

Diagnostics diagnostics_of(const DiagnosticMessages& messages) {
  Diagnostics all;
  for (const api::Diagnostic& one : messages) {
    all.push_back({.code = one.code(),
                   .severity = one.severity() == kWarning ? Severity::warning : Severity::error,
                   .message = one.message(),
                   .place = {one.file(), one.line(), one.column()},
                   .text = one.text(),
                   .length = one.length(),
                   .hint = one.hint()});
  }
  return all;
}

}  // namespace gatehouse::config
