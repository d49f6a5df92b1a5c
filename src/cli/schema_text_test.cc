#include "cli/schema_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/testing.h"
#include "config/document.h"
#include "config/document_words.h"

namespace gatehouse::cli {
namespace {

using ::testing::HasSubstr;

config::Reading read(const std::string& yaml) {
  return config::read_text(yaml, "default", config::Origin::Source::file, {});
}

// Without the first # of each line.
std::string in_force(const std::string& text) {
  std::string out;
  for (const std::string& line : gatehouse::testing::lines_of(text)) {
    out += line.substr(line.starts_with('#') ? 1 : 0) + "\n";
  }
  return out;
}

TEST(DefaultConfiguration, is_valid_as_it_is_and_says_nothing) {
  const auto reading = read(default_configuration());
  EXPECT_TRUE(reading.diagnostics.empty()) << config::render(reading.diagnostics);
  EXPECT_TRUE(reading.document.message.sites().empty());
}

TEST(DefaultConfiguration, can_be_read_with_every_setting_in_force) {
  const auto reading = read(in_force(default_configuration()));
  EXPECT_TRUE(reading.diagnostics.empty())
      << config::render(reading.diagnostics) << in_force(default_configuration());
  const auto& message = reading.document.message;
  const auto* all = message.GetDescriptor();
  for (int i = 0; i < all->field_count(); ++i) {
    const auto* field = all->field(i);
    const bool there = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) > 0
                                            : message.GetReflection()->HasField(message, field);
    EXPECT_TRUE(there) << field->name();
  }
}

TEST(DefaultConfiguration, stays_narrow) {
  for (const std::string& line : gatehouse::testing::lines_of(default_configuration())) {
    EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(JsonSchema, describes_every_field_and_forbids_others) {
  const auto schema = nlohmann::json::parse(json_schema());
  const auto* all = api::Configuration::descriptor();
  for (int i = 0; i < all->field_count(); ++i) {
    const auto& property = schema.at("properties").at(all->field(i)->name());
    EXPECT_EQ(property.at("description"), config::note_of(*all->field(i)).doc());
  }
  EXPECT_EQ(schema.at("additionalProperties"), false);
  EXPECT_EQ(schema.at("properties").at("sites").at("additionalProperties").at("$ref"),
            "#/$defs/Site");
  // One line is a whole site.
  const auto& site = schema.at("$defs").at("Site").at("anyOf");
  EXPECT_EQ(site.at(2).at("type"), "string");
  EXPECT_EQ(schema.at("$defs").at("PlainHttp").at("properties").at("external").at("enum").size(),
            3U);
}

}  // namespace
}  // namespace gatehouse::cli
