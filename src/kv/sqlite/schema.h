#pragma once

#include <filesystem>
#include <span>

#include "base/result.h"
#include "kv/sqlite/handles.h"

namespace gatehouse::kv::sqlite {

// "gate", in the file's header: what a store is told apart by.
inline constexpr std::int64_t kApplicationId = 0x67617465;

// The statements that lead from one version of the file to the next. Those that a released program
// has are never changed: a change is a new one at the end.
using Migration = const char*;
std::span<const Migration> migrations();

// The version of a file, 0 for a new one, without a change to it. Errors: it is no store; it is of
// a version that `known` does not reach; it is damaged.
Result<std::size_t> version_of(Connection& connection, const std::filesystem::path& file,
                               std::span<const Migration> known);

// Brings the file from `version` to the last, one transaction for each step.
Result<Ok> migrate(Connection& connection, const std::filesystem::path& file, std::size_t version,
                   std::span<const Migration> known);

}  // namespace gatehouse::kv::sqlite
