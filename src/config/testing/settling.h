#pragma once

#include <google/protobuf/util/json_util.h>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "config/document.h"
#include "config/settings.h"

namespace gatehouse::config::testing {

// A configuration in the JSON of its messages; without origins.
inline Document document(std::string_view json) {
  Document made;
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(json), &made.message);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return made;
}

// What must settle without a word.
inline Settings settled(std::string_view json) {
  Settled result = settle(document(json));
  EXPECT_TRUE(result.diagnostics.empty()) << render(result.diagnostics);
  return result.settings.value_or(Settings{});
}

// "GH3107: what is wrong; what to do" of each.
inline std::vector<std::string> complaints(const Document& document) {
  const Settled result = settle(document);
  EXPECT_EQ(has_errors(result.diagnostics), !result.settings.has_value());
  std::vector<std::string> all;
  for (const Diagnostic& one : result.diagnostics) {
    all.push_back(one.code + ": " + one.message + (one.hint.empty() ? "" : "; " + one.hint));
  }
  return all;
}
inline std::vector<std::string> complaints(std::string_view json) {
  return complaints(document(json));
}

template <class Values>
std::vector<std::string> texts(const Values& values) {
  std::vector<std::string> all;
  for (const auto& value : values) all.push_back(value.text());
  return all;
}

}  // namespace gatehouse::config::testing
