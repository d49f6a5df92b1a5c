#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace gatehouse::cli {

// One flag of a verb: what the parser does and what help, completions and manual pages say, in one
// place.
template <class Into>
struct Flag {
  std::string_view name;   // --listen
  std::string_view value;  // ADDR, FILE, redirect|refuse|keep; empty: a switch
  std::string_view help;
  Result<Ok> (*set)(Into& command, std::string_view value);
  bool repeatable = false;
  const char* variable = nullptr;  // in the environment, comma-separated where repeatable
};

// The same without what sets it.
struct FlagNote {
  std::string_view name;
  std::string_view value;
  std::string_view help;
  bool repeatable = false;
  const char* variable = nullptr;
};

// All flags of several lists, in order.
template <class Into, std::size_t... sizes>
constexpr auto join(const std::array<Flag<Into>, sizes>&... lists) {
  std::array<Flag<Into>, (sizes + ...)> all{};
  std::size_t next = 0;
  const auto append = [&](const auto& list) {
    for (const Flag<Into>& flag : list) all[next++] = flag;
  };
  (append(lists), ...);
  return all;
}

// Appends what `parse` makes of the text, or passes its error on.
template <class Value, class Parse>
Result<Ok> append(std::vector<Value>& to, std::string_view text, Parse parse) {
  auto value = parse(text);
  if (!value) return pass_on(value);
  to.push_back(std::move(*value));
  return Ok{};
}

template <class To, class Parse>
Result<Ok> assign(To& to, std::string_view text, Parse parse) {
  auto value = parse(text);
  if (!value) return pass_on(value);
  to = std::move(*value);
  return Ok{};
}

}  // namespace gatehouse::cli
