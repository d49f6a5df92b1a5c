// What is made from the schema: JSON Schema, the annotated default, the reference page.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/annotated.h"
#include "config/document.h"
#include "config/reference.h"
#include "config/schema.h"
#include "config/schema_walk.h"
#include "config/settings.h"

namespace gatehouse::config {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Json = nlohmann::ordered_json;

fs::path root() { return fs::path(__FILE__).parent_path().parent_path().parent_path(); }

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// REGENERATE=1 writes the file anew.
void expect_generated(const fs::path& file, const std::string& text) {
  if (std::getenv("REGENERATE") != nullptr) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  EXPECT_TRUE(content_of(file) == text)
      << file << " is made from the schema and is not what the schema says now. Write it anew by "
      << "REGENERATE=1 config_test --gtest_filter='Generated.*', and commit it.";
}

TEST(Generated, the_reference_page_is_what_the_schema_says) {
  expect_generated(root() / "docs" / "reference" / "configuration.md", reference_markdown());
}

TEST(Generated, the_annotated_default_is_what_the_schema_says) {
  expect_generated(root() / "packaging" / "gatehouse.yaml", annotated_default());
}

Settings settled(const std::string& yaml) {
  const Reading reading = read_text(yaml, "default.yaml", Origin::Source::file, {});
  EXPECT_TRUE(reading.diagnostics.empty()) << render(reading.diagnostics);
  Settled result = settle(reading.document);
  EXPECT_TRUE(result.diagnostics.empty()) << render(result.diagnostics);
  return result.settings.value_or(Settings{});
}

TEST(AnnotatedDefault, is_a_welcome_page_on_loopback) {
  const Settings settings = settled(annotated_default());
  ASSERT_THAT(settings.sites, SizeIs(1));
  EXPECT_TRUE(settings.sites[0].any_name);
  EXPECT_TRUE(settings.sites[0].upstreams.empty());
  ASSERT_THAT(settings.sites[0].listen, SizeIs(1));
  EXPECT_EQ(settings.sites[0].listen[0].text(), "localhost:8443");
}

// Without the "# " of its settings, and without the site that stands there already.
std::string uncommented(const std::string& text) {
  std::string all = "version: 1\n";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ")) all += line.substr(2) + "\n";
  }
  return all;
}

TEST(AnnotatedDefault, every_setting_of_it_can_be_taken_over_as_it_stands) {
  const Settings settings = settled(uncommented(annotated_default()));
  EXPECT_THAT(settings.sites, SizeIs(1));
  EXPECT_THAT(settings.bindings, SizeIs(1));
  EXPECT_THAT(settings.listeners, SizeIs(1));
  EXPECT_TRUE(settings.metrics);
}

TEST(AnnotatedDefault, holds_every_field_of_the_schema) {
  const std::string settings = uncommented(annotated_default());
  for (const Descriptor* type : types_of_the_configuration()) {
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_THAT(settings, HasSubstr(type->field(i)->name() + ":")) << type->name();
    }
  }
}

TEST(AnnotatedDefault, A16_mutual_tls_is_there_as_a_commented_template) {
  const std::string text = annotated_default();
  EXPECT_THAT(text, HasSubstr("\n##         client_auth:\n"));
  EXPECT_THAT(text, HasSubstr("\n##           client_certificate: fe-auth\n"));
  EXPECT_THAT(text, HasSubstr("gatehouse config schema"));
}

TEST(AnnotatedDefault, fits_into_a_terminal) {
  std::istringstream lines(annotated_default());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(Reference, has_a_heading_for_each_message_and_a_row_for_each_field) {
  const std::string page = reference_markdown();
  for (const Descriptor* type : types_of_the_configuration()) {
    EXPECT_THAT(page, HasSubstr("\n## " + type->name() + "\n"));
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_THAT(page, HasSubstr("| `" + type->field(i)->name() + "` | "));
    }
  }
}

TEST(Reference, explains_every_kind_of_value) {
  const std::string page = reference_markdown();
  for (const Descriptor* type : types_of_the_configuration()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const std::string& kind = note_of(*type->field(i)).kind();
      if (!kind.empty()) EXPECT_THAT(page, HasSubstr("\n| " + kind + " | "));
    }
  }
}

TEST(Reference, its_example_is_a_configuration) {
  const std::string page = reference_markdown();
  const auto begin = page.find("```yaml\n") + 8;
  EXPECT_THAT(settled(page.substr(begin, page.find("```", begin) - begin)).sites, SizeIs(2));
}

// Enough of JSON Schema to hold a document against ours.
class Validator {
 public:
  explicit Validator(Json schema) : schema_(std::move(schema)) {}
  bool accepts(const Json& value) const { return accepts(schema_, value); }

 private:
  bool accepts(const Json& schema, const Json& value) const {
    if (schema.is_boolean()) return schema.get<bool>();
    if (schema.contains("$ref") && !accepts(referred(schema["$ref"]), value)) return false;
    if (schema.contains("anyOf") && !any_of(schema["anyOf"], value)) return false;
    if (schema.contains("type") && !has_type(schema["type"], value)) return false;
    if (schema.contains("enum") && !contains(schema["enum"], value)) return false;
    if (value.is_array() && schema.contains("items")) return all_items(schema["items"], value);
    return !value.is_object() || all_entries(schema, value);
  }
  const Json& referred(const std::string& to) const {
    return schema_.at(nlohmann::ordered_json::json_pointer(to.substr(1)));
  }
  bool any_of(const Json& schemas, const Json& value) const {
    return std::ranges::any_of(schemas, [&](const Json& one) { return accepts(one, value); });
  }
  static bool has_type(const std::string& type, const Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    return type == "integer" && value.is_number_integer();
  }
  static bool contains(const Json& values, const Json& value) {
    return std::ranges::find(values, value) != values.end();
  }
  bool all_items(const Json& schema, const Json& value) const {
    return std::ranges::all_of(value, [&](const Json& one) { return accepts(schema, one); });
  }
  bool all_entries(const Json& schema, const Json& value) const {
    for (const auto& [key, one] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(key)) {
        if (!accepts(schema["properties"][key], one)) return false;
      } else if (schema.contains("additionalProperties")) {
        if (!accepts(schema["additionalProperties"], one)) return false;
      }
    }
    return true;
  }

  Json schema_;
};

class SchemaTest : public ::testing::Test {
 protected:
  static bool accepts(const char* json) {
    return Validator(Json::parse(json_schema())).accepts(Json::parse(json));
  }
};

TEST_F(SchemaTest, is_of_2020_12_and_defines_each_message) {
  const Json schema = Json::parse(json_schema());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema["$ref"], "#/$defs/Configuration");
  for (const Descriptor* type : types_of_the_configuration()) {
    ASSERT_TRUE(schema["$defs"].contains(type->name()));
    EXPECT_FALSE(schema["$defs"][type->name()]["description"].get<std::string>().empty());
  }
}

TEST_F(SchemaTest, accepts_what_is_right) {
  EXPECT_TRUE(accepts(R"({"version": 1})"));
  EXPECT_TRUE(accepts(R"({"version": 1, "sites": {"a.example": "http://127.0.0.1:1"}})"));
  EXPECT_TRUE(accepts(R"({"sites": {"a.example": ["http://127.0.0.1:1", "http://127.0.0.1:2"]}})"));
  EXPECT_TRUE(accepts(R"({"sites": {"a.example": {"upstreams": "http://127.0.0.1:1",
      "http": {"external": "keep"}, "enabled": false,
      "routes": [{"path": "/api", "upstreams": ["http://127.0.0.1:2"]}]}}})"));
  EXPECT_TRUE(accepts(R"({"tls": "modern", "metrics": "127.0.0.1:9100", "limits": {"body": 0}})"));
}

TEST_F(SchemaTest, refuses_what_is_wrong) {
  EXPECT_FALSE(accepts(R"({"site": {}})"));
  EXPECT_FALSE(accepts(R"({"sites": {"a.example": {"upstrem": "http://127.0.0.1:1"}}})"));
  EXPECT_FALSE(accepts(R"({"sites": {"a.example": {"http": {"external": "allow"}}}})"));
  EXPECT_FALSE(accepts(R"({"sites": {"a.example": {"enabled": "true"}}})"));
  EXPECT_FALSE(accepts(R"({"tls": "ssl3"})"));
  EXPECT_FALSE(accepts(R"({"limits": {"body": "1"}})"));
  EXPECT_FALSE(accepts(R"([])"));
}

TEST_F(SchemaTest, says_defaults_of_their_type) {
  const Json defs = Json::parse(json_schema())["$defs"];
  EXPECT_EQ(defs["PlainHttp"]["properties"]["external"]["default"], "redirect");
  EXPECT_EQ(defs["Limits"]["properties"]["head"]["default"], 32768);
  EXPECT_EQ(defs["PlainHttp"]["properties"]["off"]["default"], false);
  EXPECT_FALSE(defs["Limits"]["properties"]["connections"].contains("default"));
  EXPECT_THAT(defs["Limits"]["properties"]["connections"]["description"].get<std::string>(),
              HasSubstr("Default: half of the limit of open files."));
}

}  // namespace
}  // namespace gatehouse::config
