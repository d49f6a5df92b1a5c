#pragma once

// Configurations for unit tests, as a file would say them.

#include <memory>
#include <string_view>

#include <gtest/gtest.h>

#include "config/document.h"
#include "config/settings.h"

namespace gatehouse::control::testing {

inline config::Document document_of(std::string_view yaml,
                                    config::Origin::Source source = config::Origin::Source::file) {
  config::Reading reading = config::read_text(yaml, "test.yaml", source, {});
  EXPECT_FALSE(config::has_errors(reading.diagnostics)) << config::render(reading.diagnostics);
  return std::move(reading.document);
}

inline config::Settings settings_of(const config::Document& document) {
  config::Settled settled = config::settle(document);
  EXPECT_TRUE(settled.settings) << config::render(settled.diagnostics);
  return settled.settings ? std::move(*settled.settings) : config::Settings{};
}

inline config::Settings settings_of(std::string_view yaml) {
  return settings_of(document_of(yaml));
}

}  // namespace gatehouse::control::testing
