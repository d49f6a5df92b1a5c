#pragma once

#include <span>
#include <string>

#include "check/report.h"

namespace gatehouse::cli {

// A report for a person: what each client will do, what was seen, what was found.
std::string render_report(const check::Report& report);

// For a program, one line; `version` changes when a field changes its meaning.
std::string render_reports_json(std::span<const check::Report> reports, int exit_code);

}  // namespace gatehouse::cli
