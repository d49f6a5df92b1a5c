#pragma once

#include "control/identities.h"
#include "control/listeners.h"
#include "control/sources.h"
#include "edge/worker/snapshot.h"

namespace gatehouse::control {

// What is served, and what it was made of.
struct InForce {
  Candidate configuration;
  IdentitySetPtr identities;
  std::shared_ptr<const edge::Snapshot> snapshot;
  std::uint64_t revision = 1;

  const config::Settings& settings() const { return *configuration.settings; }
};

}  // namespace gatehouse::control
