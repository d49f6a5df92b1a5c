#pragma once

#include <functional>
#include <span>

#include "base/result.h"
#include "kv/store.h"

namespace gatehouse::certs {

// The version of the layout that this program writes.
inline constexpr int kSchemaVersion = 1;

// Leads a store from the version before `to` to `to`. It may be cut off at any moment and is then
// called again from its start, so doing it twice has to be doing it once.
struct Migration {
  int to;
  io::Task<Result<Ok>> (*run)(kv::Store& store, io::Deadline deadline);
};

// 0 for a store in which nothing was ever kept. Errors: `invalid`: no version; a newer one than
// `newest`.
io::Task<Result<int>> schema_version(kv::Store& store, int newest, io::Deadline deadline);

// Runs those of `migrations` (in the order of their versions) that the store has not had yet, and
// writes the version after each. A store in which nothing was ever kept is left alone.
io::Task<Result<Ok>> migrate(kv::Store& store, std::span<const Migration> migrations,
                             io::Deadline deadline);

Bytes encode_version(int version);

}  // namespace gatehouse::certs
