#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/clock.h"
#include "base/journal.h"
#include "base/log_sink.h"

namespace gatehouse {

enum class LogLevel { debug, info, warn, error };

// Borrowed for the call only. Never a secret.
class LogValue {
 public:
  // Implicit, so that facts are written as they are: {{"tries", 3}}.
  // NOLINTBEGIN(google-explicit-constructor)
  LogValue(std::string_view text) : value_(text) {}
  LogValue(const char* text) : value_(std::string_view(text)) {}
  LogValue(const std::string& text) : value_(std::string_view(text)) {}
  LogValue(bool yes) : value_(yes) {}
  LogValue(double number) : value_(number) {}
  template <class Number>
    requires(std::is_integral_v<Number> && !std::is_same_v<Number, bool>)
  LogValue(Number number) : value_(widen(number)) {}
  // NOLINTEND(google-explicit-constructor)

  // As JSON, or for a person: bare where that is unambiguous, else quoted.
  void append_json(std::string& out) const;
  void append_text(std::string& out) const;
  // As it is, whatever bytes it has.
  void append_bare(std::string& out) const;

 private:
  template <class Number>
  static auto widen(Number number) {
    if constexpr (std::is_signed_v<Number>) {
      return static_cast<std::int64_t>(number);
    } else {
      return static_cast<std::uint64_t>(number);
    }
  }
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value_;
};

struct LogField {
  std::string_view key;
  LogValue value;
};
using LogFields = std::initializer_list<LogField>;

struct EventLogOptions {
  enum class Format { text, json };

  LogLevel at_least = LogLevel::info;
  Format format = Format::text;
  bool colour = false;
  int fd = 2;  // borrowed; -1 swallows everything (for tests)
  // The socket of the journal, which gets each event with its facts as fields; `fd` has what it
  // does not take. Empty: none.
  std::string journal{};

  // Text on a terminal, coloured unless `no_color` (the value of NO_COLOR, null when unset) says
  // something; JSON lines everywhere else. To the journal when it is what stands behind `fd`, as
  // `journal_stream` (the value of JOURNAL_STREAM) says.
  static EventLogOptions for_descriptor(int fd, const char* no_color,
                                        const char* journal_stream = nullptr);
};

// What the program has to say to the person who runs it: a sentence and its facts.
//
//     log.warn("The upstream refused the connection.", {{"upstream", address}, {"tries", 3}});
//
// Any thread may call it. It never waits for whoever reads the log: what is not taken is kept, up
// to 64 KiB, and written before the next event; beyond that events are lost and their number is
// told. One place in the code speaks ten times at once, then once a second; how often it was silent
// stands in its next event ("not_shown"). Not for the data path: that is the access log's.
class EventLog {
 public:
  using Where = std::source_location;

  EventLog(const EventLogOptions& options, const Clock& clock);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  // Tells what was not shown yet and writes what waits, for at most one second.
  ~EventLog();

  void debug(std::string_view sentence, LogFields facts = {}, Where from = Where::current()) {
    say(LogLevel::debug, sentence, facts, from);
  }
  void info(std::string_view sentence, LogFields facts = {}, Where from = Where::current()) {
    say(LogLevel::info, sentence, facts, from);
  }
  void warn(std::string_view sentence, LogFields facts = {}, Where from = Where::current()) {
    say(LogLevel::warn, sentence, facts, from);
  }
  void error(std::string_view sentence, LogFields facts = {}, Where from = Where::current()) {
    say(LogLevel::error, sentence, facts, from);
  }

  bool shows(LogLevel level) const { return level >= options_.at_least; }

 private:
  struct Bucket {
    Bucket(double full, SteadyTime now) : tokens(full), filled(now) {}
    double tokens;
    SteadyTime filled;
    std::uint64_t not_shown = 0;
    LogLevel level{};
    std::string sentence;  // of the latest that was not shown
  };
  using Place = std::pair<std::string_view, std::uint32_t>;  // file, line

  void say(LogLevel level, std::string_view sentence, LogFields facts, const Where& from);
  bool take_token(Bucket& bucket, SteadyTime now) const;
  std::string line(LogLevel level, std::string_view sentence, LogFields facts,
                   std::uint64_t not_shown) const;
  std::string json_line(LogLevel level, std::string_view sentence, LogFields facts,
                        std::uint64_t not_shown) const;
  std::string text_line(LogLevel level, std::string_view sentence, LogFields facts,
                        std::uint64_t not_shown) const;
  void tell_what_was_not_shown();
  bool to_journal(LogLevel level, std::string_view sentence, LogFields facts,
                  std::uint64_t not_shown) const;
  void put(std::string_view line, std::chrono::milliseconds patience);

  const EventLogOptions options_;
  const Clock& clock_;
  std::mutex mutex_;
  LogSink sink_;
  const std::optional<Journal> journal_;
  std::map<Place, Bucket> buckets_;
  std::string waiting_;
  std::uint64_t lost_ = 0;
};

}  // namespace gatehouse
