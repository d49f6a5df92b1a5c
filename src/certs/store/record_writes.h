#pragma once

#include <optional>

#include "base/bytes.h"
#include "certs/record.h"
#include "certs/store/history.h"
#include "certs/store/record_reader.h"
#include "kv/transaction.h"

// Changes of the store as transactions of kv: all entries of a record change together. The first
// condition is that the record itself is as it was read (or absent), the second, where there is
// one, that the name is free.
namespace gatehouse::certs {

inline constexpr std::size_t kNameCondition = 1;

// `sealed_key` is of KeyVault::seal(); none for what is no identity.
kv::Transaction adding(const Record& record, std::optional<Bytes> sealed_key, const Cause& cause);
// `next` has the id, shelf, owner and name of `kept`.
kv::Transaction replacing(const KeptRecord& kept, const Record& next,
                          std::optional<Bytes> sealed_key, const Cause& cause, WallTime now);
kv::Transaction renaming(const KeptRecord& kept, const Record& next, const Cause& cause,
                         WallTime now);
// Changes nothing but the history: the key leaves the store.
kv::Transaction exporting(const KeptRecord& kept, const Cause& cause, WallTime now);
kv::Transaction removing(const KeptRecord& kept, const Cause& cause, WallTime now);

}  // namespace gatehouse::certs
