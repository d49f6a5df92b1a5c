#pragma once

#include <filesystem>

#include "base/result.h"

namespace gatehouse::kv {

// Copies a store as it is at this moment into a new file (0600), durable when it returns, for a
// backup: also while a process writes to it, which goes on meanwhile. The copy is a store itself
// and has no trace of what was erased. Blocks as long as reading and writing the whole takes; any
// thread. Errors: `from` is no store, or not ours; `to` exists; the disk of `to`. After an error
// there is no `to`.
Result<Ok> copy_store(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace gatehouse::kv
