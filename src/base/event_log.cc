#include "base/event_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <unistd.h>

#include <fmt/format.h>

#include "base/json_text.h"

namespace gatehouse {
namespace {

constexpr double kBurst = 10;
constexpr double kPerSecond = 1;
constexpr std::size_t kMostWaiting = 64 * 1024;
constexpr std::chrono::milliseconds kLastWords{1000};

constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> kColours{"\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
constexpr std::string_view kNoColour = "\x1b[0m";
constexpr std::array<std::string_view, 4> kPriorities{"7", "6", "4", "3"};  // of syslog(3)

std::size_t index(LogLevel level) { return static_cast<std::size_t>(level); }

std::int64_t milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

void append_time_of_day(std::string& out, WallTime time) {
  const std::int64_t ms = milliseconds(time);
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm local{};
  // Fails only beyond the year 2^31, and then the zeros stay.
  static_cast<void>(localtime_r(&seconds, &local));
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}.{:03}", local.tm_hour, local.tm_min,
                 local.tm_sec, ms % 1000);
}

bool needs_quotes(std::string_view text) {
  return text.empty() || std::ranges::any_of(text, [](char c) {
           return c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f || (c & 0x80) != 0;
         });
}

void append_facts(std::string& out, LogFields facts, std::uint64_t not_shown) {
  for (const auto& [key, value] : facts) {
    fmt::format_to(std::back_inserter(out), " {}=", key);
    value.append_text(out);
  }
  if (not_shown == 0) return;
  fmt::format_to(std::back_inserter(out), " ({} more like this were not shown)", not_shown);
}

}  // namespace

void LogValue::append_json(std::string& out) const {
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    append_json_string(out, *text);
  } else if (const auto* real = std::get_if<double>(&value_); real && !std::isfinite(*real)) {
    out += "null";  // JSON has no word for it
  } else {
    append_text(out);
  }
}

void LogValue::append_text(std::string& out) const {
  const auto append = [&out](const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
      needs_quotes(value) ? append_json_string(out, value) : void(out += value);
    } else {
      fmt::format_to(std::back_inserter(out), "{}", value);
    }
  };
  std::visit(append, value_);
}

void LogValue::append_bare(std::string& out) const {
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    out += *text;
  } else {
    append_text(out);
  }
}

EventLogOptions EventLogOptions::for_descriptor(int fd, const char* no_color,
                                                const char* journal_stream) {
  const bool terminal = isatty(fd) == 1;
  const bool colour = terminal && (no_color == nullptr || *no_color == '\0');
  return {.format = terminal ? Format::text : Format::json,
          .colour = colour,
          .fd = fd,
          .journal = Journal::is_behind(fd, journal_stream) ? Journal::kSocket : ""};
}

EventLog::EventLog(const EventLogOptions& options, const Clock& clock)
    : options_(options),
      clock_(clock),
      sink_(LogSink::on_descriptor(options.fd)),
      journal_(options.journal.empty() ? std::nullopt
                                       : std::optional<Journal>(std::in_place, options.journal)) {}

EventLog::~EventLog() {
  const std::lock_guard lock(mutex_);
  tell_what_was_not_shown();
  put({}, kLastWords);
}

void EventLog::say(LogLevel level, std::string_view sentence, LogFields facts, const Where& from) {
  if (!shows(level)) return;
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  const Place place{from.file_name(), from.line()};
  Bucket& bucket = buckets_.try_emplace(place, kBurst, now).first->second;
  if (!take_token(bucket, now)) {
    ++bucket.not_shown;
    bucket.level = level;
    bucket.sentence = sentence;
    return;
  }
  const std::uint64_t not_shown = std::exchange(bucket.not_shown, 0);
  if (to_journal(level, sentence, facts, not_shown)) return;
  put(line(level, sentence, facts, not_shown), {});
}

bool EventLog::take_token(Bucket& bucket, SteadyTime now) const {
  const std::chrono::duration<double> passed = now - bucket.filled;
  bucket.filled = now;
  bucket.tokens = std::min(kBurst, bucket.tokens + passed.count() * kPerSecond);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

std::string EventLog::line(LogLevel level, std::string_view sentence, LogFields facts,
                           std::uint64_t not_shown) const {
  return options_.format == EventLogOptions::Format::json
             ? json_line(level, sentence, facts, not_shown)
             : text_line(level, sentence, facts, not_shown);
}

std::string EventLog::json_line(LogLevel level, std::string_view sentence, LogFields facts,
                                std::uint64_t not_shown) const {
  const std::int64_t ms = milliseconds(clock_.wall());
  std::string out = fmt::format(R"({{"level":"{}","ts":{}.{:03},"logger":"gatehouse","msg":)",
                                kNames[index(level)], ms / 1000, ms % 1000);
  append_json_string(out, sentence);
  for (const auto& [key, value] : facts) {
    out += ',';
    append_json_string(out, key);
    out += ':';
    value.append_json(out);
  }
  if (not_shown > 0) fmt::format_to(std::back_inserter(out), R"(,"not_shown":{})", not_shown);
  return out += "}\n";
}

std::string EventLog::text_line(LogLevel level, std::string_view sentence, LogFields facts,
                                std::uint64_t not_shown) const {
  std::string out;
  append_time_of_day(out, clock_.wall());
  const std::string_view colour = options_.colour ? kColours[index(level)] : std::string_view{};
  const std::string_view end = options_.colour ? kNoColour : std::string_view{};
  fmt::format_to(std::back_inserter(out), " {}{:5}{} {}", colour, kNames[index(level)], end,
                 printable(sentence));
  append_facts(out, facts, not_shown);
  return out += '\n';
}

// The journal shows the message alone unless it is asked for fields, so the facts are in both.
bool EventLog::to_journal(LogLevel level, std::string_view sentence, LogFields facts,
                          std::uint64_t not_shown) const {
  if (!journal_) return false;
  std::string message = printable(sentence);
  append_facts(message, facts, not_shown);
  std::string entry;
  append_journal_field(entry, "MESSAGE", message);
  append_journal_field(entry, "PRIORITY", kPriorities[index(level)]);
  append_journal_field(entry, "SYSLOG_IDENTIFIER", "gatehouse");
  for (const auto& [key, value] : facts) {
    std::string text;
    value.append_bare(text);
    append_journal_field(entry, fmt::format("GATEHOUSE_{}", key), text);
  }
  if (not_shown > 0) append_journal_field(entry, "GATEHOUSE_NOT_SHOWN", std::to_string(not_shown));
  return journal_->send(entry) == Journal::Sent::yes;
}

void EventLog::tell_what_was_not_shown() {
  for (auto& [place, bucket] : buckets_) {
    const std::uint64_t not_shown = std::exchange(bucket.not_shown, 0);
    if (not_shown == 0 || to_journal(bucket.level, bucket.sentence, {}, not_shown)) continue;
    waiting_ += line(bucket.level, bucket.sentence, {}, not_shown);
  }
}

void EventLog::put(std::string_view line, std::chrono::milliseconds patience) {
  if (waiting_.size() + line.size() > kMostWaiting) {
    ++lost_;
  } else {
    waiting_ += line;
  }
  const LogSink::Written written = sink_.write(waiting_, patience);
  // A reader that is gone does not come back; whoever is only slow gets the rest later.
  waiting_.erase(0, written.error == 0 ? written.bytes : waiting_.size());
  if (lost_ == 0 || waiting_.size() > kMostWaiting / 2) return;
  waiting_ += this->line(LogLevel::warn, "Events were lost because nobody read the event log.",
                         {{"lost", std::exchange(lost_, 0)}}, 0);
}

}  // namespace gatehouse
