#pragma once

#include <string>

#include "api/messages.h"
#include "cli/console.h"

namespace gatehouse::cli {

// What became of a change.
enum class ChangeOutcome : unsigned char {
  applied,
  planned,      // a dry run
  nothing,      // everything is like that already
  invalid,      // it has errors; nothing has changed
  rolled_back,  // its proof failed; everything is as before
  failed,       // neither applied nor undone
};

ChangeOutcome outcome_of(const api::ChangeResponse& change, bool dry_run);
// 0, 1 or 3.
int exit_code(ChangeOutcome outcome);

// One in a line.
std::string step_text(const api::Step& step, const Paint& paint);
std::string proof_text(const api::Proof& proof, const Paint& paint);

// Its steps and proofs, one in a line, and what became of it:
//
//     done    port 443 opens on all addresses
//     ok      browser: https://files.example.com (127.0.0.1:443): TLS 1.3, ...
//     Applied as revision 12.
std::string change_text(const api::ChangeResponse& change, ChangeOutcome outcome,
                        const Paint& paint);

}  // namespace gatehouse::cli
