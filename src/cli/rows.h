#pragma once

#include <span>

#include "cli/grammar.h"

// The command table, noun by noun; verbs() puts it together.
namespace gatehouse::cli {

std::span<const Verb> run_rows();
std::span<const Verb> site_rows();
std::span<const Verb> binding_rows();
std::span<const Verb> status_rows();
std::span<const Verb> ca_rows();
std::span<const Verb> ca_issue_rows();
std::span<const Verb> serving_rows();  // listener, upstream, logs
std::span<const Verb> certificate_rows();
std::span<const Verb> copy_rows();
std::span<const Verb> check_rows();
std::span<const Verb> reload_rows();
std::span<const Verb> upgrade_rows();
std::span<const Verb> config_rows();  // and explain
std::span<const Verb> trust_rows();
std::span<const Verb> trust_page_rows();
std::span<const Verb> own_rows();  // version, completion, man

std::span<const Flag<RunCommand>> run_flags();

}  // namespace gatehouse::cli
