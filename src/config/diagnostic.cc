#include "config/diagnostic.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/number_text.h"

namespace gatehouse::config {
namespace {

struct Colours {
  std::string_view error, warning, frame, bold, end;
};
constexpr Colours kNone{};
constexpr Colours kTerminal{.error = "\x1b[1;31m",
                            .warning = "\x1b[1;33m",
                            .frame = "\x1b[34m",
                            .bold = "\x1b[1m",
                            .end = "\x1b[0m"};

// As wide as the line before `column`; a tab stays one, so that both lines move alike.
std::string indentation(std::string_view line, unsigned column) {
  std::string blank;
  for (unsigned at = 1; at < column && !line.empty(); ++at) {
    blank += line.front() == '\t' ? '\t' : ' ';
    line.remove_prefix(1);
    while (!line.empty() && (static_cast<unsigned char>(line.front()) & 0xc0) == 0x80) {
      line.remove_prefix(1);
    }
  }
  return blank;
}

void append_headline(std::string& out, const Diagnostic& one, const Colours& colour) {
  const bool error = one.severity == Severity::error;
  fmt::format_to(std::back_inserter(out), "{}{}[{}]{}{}: {}{}\n",
                 error ? colour.error : colour.warning, error ? "error" : "warning", one.code,
                 colour.end, colour.bold, one.message, colour.end);
}

void append_place(std::string& out, const Place& place, const Colours& colour) {
  if (place.file.empty()) return;
  fmt::format_to(std::back_inserter(out), "  {}-->{} {}", colour.frame, colour.end, place.file);
  if (place.line != 0) fmt::format_to(std::back_inserter(out), ":{}:{}", place.line, place.column);
  out += '\n';
}

void append_line(std::string& out, const Diagnostic& one, const Colours& colour) {
  const std::string number = fmt::format("{:>4}", one.place.line);
  const std::string marks(std::max(1U, one.length), '^');
  fmt::format_to(std::back_inserter(out), "{}{} |{} {}\n", colour.frame, number, colour.end,
                 one.text);
  fmt::format_to(std::back_inserter(out), "{}{:{}} |{} {}{}{}{}{}\n", colour.frame, "",
                 number.size(), colour.end, indentation(one.text, one.place.column), colour.error,
                 marks, colour.end, one.hint.empty() ? "" : " " + one.hint);
}

void append_hint(std::string& out, const std::string& hint, const Colours& colour) {
  if (hint.empty()) return;
  fmt::format_to(std::back_inserter(out), "     {}={} {}\n", colour.frame, colour.end, hint);
}

}  // namespace

bool has_errors(const Diagnostics& diagnostics) {
  return std::ranges::find(diagnostics, Severity::error, &Diagnostic::severity) !=
         diagnostics.end();
}

std::string render(const Diagnostics& diagnostics, bool colour) {
  const Colours& colours = colour ? kTerminal : kNone;
  std::string out;
  for (const Diagnostic& one : diagnostics) {
    if (!out.empty()) out += '\n';
    append_headline(out, one, colours);
    append_place(out, one.place, colours);
    if (one.text.empty()) {
      append_hint(out, one.hint, colours);
    } else {
      append_line(out, one, colours);
    }
  }
  return out;
}

std::string one_line(const Diagnostics& diagnostics) {
  const auto is_error = [](const Diagnostic& one) { return one.severity == Severity::error; };
  const auto first = std::ranges::find_if(diagnostics, is_error);
  if (first == diagnostics.end()) return "";
  const Place& place = first->place;
  std::string line = place.file;
  if (!line.empty() && place.line != 0) line += fmt::format(":{}:{}", place.line, place.column);
  if (!line.empty()) line += ": ";
  line += first->message;
  if (!first->hint.empty()) line += fmt::format(" ({})", first->hint);
  const auto others = std::ranges::count_if(diagnostics, is_error) - 1;
  if (others > 0) line += fmt::format("; and {}", counted(others, "more error"));
  return line;
}

}  // namespace gatehouse::config
