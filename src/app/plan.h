#pragma once

#include "app/identities.h"
#include "app/worker.h"
#include "cli/command.h"

namespace gatehouse::app {

// What the workers serve, from what a person asked for. `labels` numbers sites and upstreams for
// the metrics; `most_connections` of all workers together.
std::shared_ptr<const EdgePlan> make_plan(const cli::RunCommand& command,
                                          const Identities& identities, MetricLabels& labels,
                                          const Clock& clock, std::size_t workers,
                                          std::size_t most_connections);

}  // namespace gatehouse::app
