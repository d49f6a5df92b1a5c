#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "kv/entry.h"
#include "kv/transaction.h"

namespace gatehouse::kv {

// What a transaction did.
struct Applied {
  Revision revision = 0;
  std::vector<Change> changes;  // in the order of the writes; none: nothing was changed
  friend bool operator==(const Applied&, const Applied&) = default;
};
using EngineOutcome = std::variant<Applied, Conflict>;

struct GrantedLease {
  Lease lease = Lease::none;
  std::chrono::seconds duration{};
  friend bool operator==(const GrantedLease&, const GrantedLease&) = default;
};

// Borrowed for the time of one call.
struct EntryView {
  std::string_view key;
  ByteView value;
  Revision revision;
  Lease lease;
};

// Where a store of this machine rests: one thread, blocking, no time. What comes in is checked
// (kv/transaction.h) and names only leases that are granted. An error leaves what was there.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual Revision revision() const = 0;
  virtual Result<std::optional<Entry>> get(std::string_view key) = 0;
  // Two different keys at once, which is quicker than one after the other.
  using Both = std::pair<std::optional<Entry>, std::optional<Entry>>;
  virtual Result<Both> get_both(std::string_view first, std::string_view second) = 0;
  virtual Result<Page> list(const ListRequest& request) = 0;
  // Durable when it returns.
  virtual Result<EngineOutcome> commit(const Transaction& transaction) = 0;

  virtual Result<Lease> grant(std::chrono::seconds duration) = 0;
  // Erases the lease and its keys in one transaction, whose changes are in the order of the keys.
  virtual Result<Applied> end(Lease lease) = 0;
  virtual Result<std::vector<GrantedLease>> leases() = 0;

  // Every entry below a prefix, in the order of the keys, for the start of the program: without a
  // copy and without pages. The visitor may not call the engine.
  using Visitor = std::function<void(const EntryView&)>;
  virtual Result<Ok> for_each(std::string_view prefix, const Visitor& visitor) = 0;

  // Another process writes from now on: what would change something is refused, reads go on.
  virtual void stand_back() {}
  // Writes again, upon what the other one wrote. Errors: `conflict`: it still does.
  virtual Result<Ok> come_back() { return Ok{}; }

  // Something is better done when nobody waits: tidy() does it. What it does not get done stays.
  virtual bool untidy() const { return false; }
  virtual void tidy() {}
};

}  // namespace gatehouse::kv
