#pragma once

#include "check/report.h"

namespace gatehouse::check {

// What follows from the facts of a report: its findings, the gravest first, and the suggestion.
void judge(Report& report);

}  // namespace gatehouse::check
