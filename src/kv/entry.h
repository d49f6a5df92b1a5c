#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace gatehouse::kv {

// Counts the transactions of a store that changed something. It only grows; no key and no store
// has one below 1, so that 0 stands for "nothing yet".
using Revision = std::int64_t;

// A right for a while: keys that were put with it disappear when it ends. Its number is the
// store's and is never given twice.
enum class Lease : std::int64_t { none = 0 };

// What a key holds. Keys are bytes, ordered as bytes; by convention they read like paths
// ("certs/identity/…").
struct Entry {
  std::string key;
  Bytes value;
  Revision revision = 0;  // of the transaction that put it
  Lease lease = Lease::none;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// What happened to one key.
struct Change {
  std::string key;
  std::optional<Bytes> value;  // nothing: it was erased, or its lease ended
  Revision revision = 0;       // of the transaction
  Lease lease = Lease::none;
  friend bool operator==(const Change&, const Change&) = default;
};

struct ListRequest {
  std::string prefix = {};  // empty: every key
  std::string after = {};   // the last key of the page before; empty: from the start
  std::size_t limit = 1000;
  bool with_values = true;
};

// A part of a list, in the order of the keys.
struct Page {
  std::vector<Entry> entries;
  bool more = false;  // go on after entries.back().key
  // The store's when this page was read. Whoever lists several pages and then watches since the
  // first page's revision misses nothing.
  Revision revision = 0;
};

// What a watcher hears: changes in order, those of one transaction never parted; empty when the
// deadline came first.
using Changes = std::vector<Change>;
// The watcher was too slow, or asked for what is not kept any more: list again, and watch anew
// since that list's revision.
struct ListAgain {
  friend bool operator==(ListAgain, ListAgain) = default;
};
using Heard = std::variant<Changes, ListAgain>;

}  // namespace gatehouse::kv
