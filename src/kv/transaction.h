#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "kv/entry.h"

namespace gatehouse::kv {

// What every implementation takes, and none takes more than: what etcd takes of one request.
inline constexpr std::size_t kLongestKey = 512;
inline constexpr std::size_t kLargestValue = std::size_t{1} << 20;
inline constexpr std::size_t kMostWrites = 128;
inline constexpr std::size_t kMostConditions = 128;
// All keys and values of a transaction together.
inline constexpr std::size_t kLargestTransaction = std::size_t{5} << 18;  // 1.25 MiB
inline constexpr std::size_t kLongestPage = 1000;
// A page ends with the entry that takes its keys and values over this.
inline constexpr std::size_t kLargestPage = std::size_t{4} << 20;
inline constexpr std::chrono::seconds kShortestLease{1};
inline constexpr std::chrono::seconds kLongestLease = std::chrono::days{30};

// What must be true of a key for a transaction to happen.
struct Condition {
  struct Absent {};
  struct Exists {};
  struct At {
    Revision revision;
  };

  std::string key;
  std::variant<Absent, Exists, At> wanted;

  static Condition absent(std::string key) { return {std::move(key), Absent{}}; }
  static Condition exists(std::string key) { return {std::move(key), Exists{}}; }
  // Nobody has put it since.
  static Condition at(std::string key, Revision revision) { return {std::move(key), At{revision}}; }

  // `found` is the key's revision, 0 when it is absent.
  bool holds(Revision found) const;
};

struct Put {
  std::string key;
  Bytes value;
  Lease lease = Lease::none;  // replaces the lease that the key had
};

// Of a key that is absent it changes nothing.
struct Erase {
  std::string key;
};

using Write = std::variant<Put, Erase>;

inline const std::string& key_of(const Write& write) {
  return std::visit([](const auto& some) -> const std::string& { return some.key; }, write);
}

// Happens as a whole or not at all: all writes if all conditions hold. Names a key at most once
// among its writes.
struct Transaction {
  std::vector<Condition> conditions;
  std::vector<Write> writes;
};

struct Committed {
  // The store's from now on. A transaction that changed nothing does not raise it.
  Revision revision = 0;
  friend bool operator==(Committed, Committed) = default;
};

// Nothing was changed, because this condition does not hold: the first that does not.
struct Conflict {
  std::size_t condition = 0;  // its place in Transaction::conditions
  Revision found = 0;         // what its key has instead; 0: it is absent
  friend bool operator==(Conflict, Conflict) = default;
};

using Outcome = std::variant<Committed, Conflict>;

// Whether every implementation can take it. Errors: Fault::ours, ErrorKind::invalid; they name
// sizes and keys, never values.
Result<Ok> check(const Transaction& transaction);
Result<Ok> check_key(std::string_view key);
Result<Ok> check(const ListRequest& request);
Result<Ok> check_lease_duration(std::chrono::seconds duration);

// A key as a log or an error may show it: what is no printable ASCII as \xNN.
std::string key_text(std::string_view key);

}  // namespace gatehouse::kv
