#pragma once

#include "check/report.h"

namespace gatehouse::check {

// What follows from the facts of a report: its findings, the gravest first, and the suggestion.
void judge(Report& report);

// A certificate should have been renewed when so much of its life has passed, whatever its life is.
inline constexpr double kDueAfter = 2.0 / 3;

}  // namespace gatehouse::check
