#include "certs/store/summary_scan.h"

#include "certs/store/record_codec.h"
#include "certs/store/record_reader.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {

Result<Ok> for_each_summary(kv::Engine& engine, Shelf shelf,
                            const std::function<void(const RecordSummary&)>& visitor) {
  std::optional<std::string> damaged;
  const auto walked = engine.for_each(keys::summaries(shelf), [&](const kv::EntryView& entry) {
    if (const auto summary = decode_summary(entry.value)) {
      visitor(*summary);
    } else if (!damaged) {
      damaged = std::string(entry.key);
    }
  });
  if (walked && damaged) return damaged_entry(*damaged);
  return walked;
}

}  // namespace gatehouse::certs
