#pragma once

#include <functional>

#include "certs/record.h"
#include "kv/engine.h"

namespace gatehouse::certs {

// Every summary of a shelf in the order of the ids, for the start of the program, before the
// store's thread has the engine: in one walk and without pages. Blocks on the disk. Errors: those
// of the engine; an entry is damaged.
Result<Ok> for_each_summary(kv::Engine& engine, Shelf shelf,
                            const std::function<void(const RecordSummary&)>& visitor);

}  // namespace gatehouse::certs
