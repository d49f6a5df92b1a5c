#pragma once

#include <optional>
#include <string>

#include "certs/record.h"
#include "control/in_force.h"
#include "control/prover.h"

namespace gatehouse::control {

// A certificate that has just come to the store, as clients see it who call one of its names.
struct Newcomer {
  // Where it is to answer: dialled as one of its names.
  std::optional<Claim> claim;
  // Of the plan: what is proven, or why another one answers, or nobody.
  std::string sentence;
};

// What should be seen of `record` where the store is asked for a name (decision 18), by what the
// snapshot and its names say at `time`. None: it answers nobody by itself, being no certificate of
// this machine for servers.
std::optional<Newcomer> newcomer(const InForce& now, const std::vector<OpenListener>& listeners,
                                 const certs::Record& record, WallTime time);

}  // namespace gatehouse::control
