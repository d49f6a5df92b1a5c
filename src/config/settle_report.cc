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
                       std::string sentence, std::string hint) {
  const std::string path = at.text();
  const Origin& origin = document_.origins.of(path);
  const bool said = is_said_outside_of_files(origin);
  const std::string subject = said ? origin.said : at.subject();
  if (origin.hidden) sentence = sentence_without_value(code);
  if (!subject.empty()) sentence = fmt::format("{}: {}", subject, sentence);
  auto diagnostic =
      diagnose(document_, path, std::string(code), std::move(sentence), std::move(hint));
  diagnostic.severity = severity;
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
