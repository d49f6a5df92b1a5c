#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "certs/record.h"

namespace gatehouse::certs {

// Who changes something, and why; kept in the history. Printable text.
struct Cause {
  std::string who;  // "root", "renewal"
  std::string why;
};
// Errors: too long, or not printable.
Result<Ok> check(const Cause& cause);

enum class Event : unsigned char { added, replaced, renamed, removed, key_exported };
std::string_view event_text(Event event);

// One change of a certificate. The history of a certificate outlives its record.
struct HistoryEntry {
  Event event = Event::added;
  WallTime when;
  Cause cause;
  std::optional<Record> before;  // the record until then; none when it was added
};

Bytes encode_history(const HistoryEntry& entry);
std::optional<HistoryEntry> decode_history(ByteView value);

}  // namespace gatehouse::certs
