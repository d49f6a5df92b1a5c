#include "cli/change_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/columns.h"
#include "config/diagnostic_messages.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kColumn = 9;

std::string coloured(std::string_view word, const Paint& paint) {
  std::string column = padded(word, kColumn);
  if (word == "done" || word == "ok") return paint.good(column);
  if (word == "failed") return paint.bad(column);
  if (word == "undone") return paint.careful(column);
  return column;
}

std::string line(std::string_view word, std::string_view text, const Paint& paint) {
  return fmt::format("{}{}\n", coloured(word, paint), printable(text));
}

std::string conclusion(const api::ChangeResponse& change, ChangeOutcome outcome,
                       const Paint& paint) {
  switch (outcome) {
    case ChangeOutcome::applied:
      return change.revision() == 0
                 ? paint.good("Applied.")
                 : paint.good(fmt::format("Applied as revision {}.", change.revision()));
    case ChangeOutcome::planned: return "This is the plan. Nothing has changed.";
    case ChangeOutcome::nothing: return "There is nothing to change.";
    case ChangeOutcome::invalid: return paint.bad("Invalid. Nothing has changed.");
    case ChangeOutcome::rolled_back:
      return paint.bad("Rolled back: everything is as it was before.");
    case ChangeOutcome::failed: return paint.bad("Failed. See gatehouse status.");
  }
  return {};
}

}  // namespace

std::string step_text(const api::Step& step, const Paint& paint) {
  std::string out = line(step.state().empty() ? "planned" : step.state(), step.text(), paint);
  if (!step.detail().empty())
    out += fmt::format("{:{}}{}\n", "", kColumn, printable(step.detail()));
  return out;
}

std::string proof_text(const api::Proof& proof, const Paint& paint) {
  return line(proof.ok() ? "ok" : "failed",
              fmt::format("{}: {}: {}", proof.client(), proof.target(), proof.sentence()), paint);
}

ChangeOutcome outcome_of(const api::ChangeResponse& change, bool dry_run) {
  if (config::has_errors(config::diagnostics_of(change.diagnostics())))
    return ChangeOutcome::invalid;
  if (change.rolled_back()) return ChangeOutcome::rolled_back;
  if (change.plan().empty()) return ChangeOutcome::nothing;
  if (dry_run) return ChangeOutcome::planned;
  return change.applied() ? ChangeOutcome::applied : ChangeOutcome::failed;
}

int exit_code(ChangeOutcome outcome) {
  switch (outcome) {
    case ChangeOutcome::applied:
    case ChangeOutcome::planned:
    case ChangeOutcome::nothing: return 0;
    case ChangeOutcome::invalid: return 3;
    case ChangeOutcome::rolled_back:
    case ChangeOutcome::failed: return 1;
  }
  return 1;
}

std::string change_text(const api::ChangeResponse& change, ChangeOutcome outcome,
                        const Paint& paint) {
  std::string out;
  for (const api::Step& step : change.plan()) out += step_text(step, paint);
  for (const api::Proof& proof : change.proofs()) out += proof_text(proof, paint);
  return out + conclusion(change, outcome, paint) + "\n";
}

}  // namespace gatehouse::cli
