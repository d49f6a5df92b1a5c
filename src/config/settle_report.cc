#include "config/settle_report.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "config/codes.h"

namespace gatehouse::config {
namespace {

constexpr std::size_t kMostShown = 100;

bool is_said_outside_of_files(const Origin& origin) {
  return origin.source == Origin::Source::flag || origin.source == Origin::Source::environment;
}

// For a value that must not be shown, which sentences quote.
std::string sentence_without_value(std::string_view code) {
  const auto explanation = explain(code);
  return fmt::format("{}. The value is not shown, because it comes from ${{...}} or is a secret.",
                     explanation ? explanation->title : "the value is wrong");
}

// Where the first sentence ends, before the blank behind its full stop; quotations are passed over.
std::size_t end_of_sentence(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      ++i;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '`') {
      quote = c;
    } else if (c == '.' && (i + 1 == text.size() || text[i + 1] == ' ')) {
      return i;
    }
  }
  return text.size();
}

// As the second half of a line: "write :8443, or localhost:8443".
std::string as_hint(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  std::string hint(text);
  const bool word = hint.size() > 1 && (hint[1] == ' ' || (hint[1] >= 'a' && hint[1] <= 'z'));
  if (word && hint[0] >= 'A' && hint[0] <= 'Z') hint[0] = static_cast<char>(hint[0] | 0x20);
  return hint;
}

Diagnostic rest_of(const Diagnostics& diagnostics) {
  const auto from = diagnostics.begin() + static_cast<std::ptrdiff_t>(kMostShown);
  const bool any_error = std::any_of(from, diagnostics.end(), [](const Diagnostic& one) {
    return one.severity == Severity::error;
  });
  return {.code = "GH3000",
          .severity = any_error ? Severity::error : Severity::warning,
          .message = fmt::format("and {} more; repair the first {} and look again",
                                 diagnostics.size() - kMostShown, kMostShown)};
}

}  // namespace

std::string SettleReport::where(const FieldPath& at) const {
  const Origin& origin = document_.origins.of(at.text());
  return origin.source == Origin::Source::file ? fmt::format(" ({})", origin.text()) : "";
}

void SettleReport::add(Severity severity, std::string_view code, const FieldPath& at,
                       std::string sentences, Line line) {
  const std::string path = at.text();
  const Origin& origin = document_.origins.of(path);
  const bool said = is_said_outside_of_files(origin);
  const std::string subject = said ? origin.said : at.subject();
  if (origin.hidden) sentences = sentence_without_value(code);
  const std::size_t end = end_of_sentence(sentences);
  std::string message = subject.empty() ? "" : subject + ": ";
  message += std::string_view(sentences).substr(0, end);
  const std::size_t rest = std::min(end + 1, sentences.size());
  auto diagnostic = diagnose(document_, path, std::string(code), std::move(message),
                             as_hint(std::string_view(sentences).substr(rest)));
  diagnostic.severity = severity;
  if (line == Line::hidden) diagnostic.text.clear();
  if (said) diagnostic.place = {};
  diagnostics_.push_back(std::move(diagnostic));
}

Diagnostics SettleReport::finish() && {
  std::ranges::sort(diagnostics_, {}, [](const Diagnostic& one) {
    return std::tie(one.place.file, one.place.line, one.place.column, one.message);
  });
  if (diagnostics_.size() <= kMostShown) return std::move(diagnostics_);
  Diagnostic rest = rest_of(diagnostics_);
  diagnostics_.resize(kMostShown);
  diagnostics_.push_back(std::move(rest));
  return std::move(diagnostics_);
}

}  // namespace gatehouse::config
