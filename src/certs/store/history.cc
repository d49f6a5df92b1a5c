#include "certs/store/history.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.h"
#include "certs/store/fields.h"
#include "certs/store/record_codec.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kLongestWho = 128;
constexpr std::size_t kLongestWhy = 1000;

enum Tag : std::uint8_t { kEvent = 1, kWhen, kWho, kWhy, kBefore };

constexpr std::array<std::string_view, 5> kEvents{"added", "replaced", "renamed", "removed",
                                                  "key exported"};

bool printable(std::string_view text) {
  return is_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

std::optional<Event> event_of(std::string_view text) {
  const auto* at = std::ranges::find(kEvents, text);
  if (at == kEvents.end()) return std::nullopt;
  return static_cast<Event>(at - kEvents.begin());
}

}  // namespace

Result<Ok> check(const Cause& cause) {
  const bool short_enough = cause.who.size() <= kLongestWho && cause.why.size() <= kLongestWhy;
  if (short_enough && printable(cause.who) && printable(cause.why)) return Ok{};
  return fail(Fault::operator_input,
              fmt::format("who changes a certificate and why is told in at most {} and {} bytes of "
                          "printable text",
                          kLongestWho, kLongestWhy),
              ErrorKind::invalid);
}

std::string_view event_text(Event event) { return kEvents.at(static_cast<std::size_t>(event)); }

Bytes encode_history(const HistoryEntry& entry) {
  FieldWriter writer;
  writer.text(kEvent, event_text(entry.event))
      .time(kWhen, entry.when)
      .text(kWho, entry.cause.who)
      .text(kWhy, entry.cause.why);
  if (entry.before) writer.bytes(kBefore, encode_record(*entry.before));
  return writer.take();
}

std::optional<HistoryEntry> decode_history(ByteView value) {
  FieldReader reader(value);
  const auto event = event_of(reader.text(kEvent).value_or(""));
  const auto when = reader.time(kWhen);
  const auto who = reader.text(kWho);
  const auto why = reader.text(kWhy);
  if (!event || !when || !who || !why) return std::nullopt;
  HistoryEntry entry{*event, *when, {std::string(*who), std::string(*why)}, std::nullopt};
  if (const auto before = reader.bytes(kBefore)) {
    entry.before = decode_record(*before);
    if (!entry.before) return std::nullopt;
  }
  if (!reader.done()) return std::nullopt;
  return entry;
}

}  // namespace gatehouse::certs
