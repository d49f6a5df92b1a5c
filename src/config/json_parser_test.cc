#include "config/json_parser.h"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

struct Parsed {
  Tree tree;
  Diagnostics diagnostics;
};

Parsed parse(const std::string& text) {
  const SourceText source("a.json", text);
  DiagnosticSink sink(source);
  Tree tree = parse_json(sink);
  return {.tree = std::move(tree), .diagnostics = sink.take()};
}

std::string text_of(const std::string& json) {
  const Parsed parsed = parse(json);
  return parsed.tree.whole ? parsed.tree.root.text : "refused: " + json;
}

TEST(JsonParser, a_tree_has_the_places_of_its_parts) {
  const Parsed parsed = parse(R"( {"a": [1, true], "b": null} )");
  ASSERT_TRUE(parsed.tree.whole);
  const Node& root = parsed.tree.root;
  ASSERT_EQ(root.kind, Node::Kind::map);
  ASSERT_EQ(root.children.size(), 4u);
  EXPECT_EQ(root.offset, 1u);
  EXPECT_EQ(root.children[0].text, "a");
  EXPECT_FALSE(root.children[0].plain);
  EXPECT_EQ(root.children[1].kind, Node::Kind::list);
  EXPECT_EQ(root.children[1].children[1].text, "true");
  EXPECT_EQ(root.children[1].children[1].offset, 11u);
  EXPECT_TRUE(root.children[1].children[1].plain);
  EXPECT_EQ(root.children[3].kind, Node::Kind::nothing);
}

TEST(JsonParser, escapes_are_what_rfc_8259_says) {
  EXPECT_EQ(text_of(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(text_of(R"("\u0041\u00fc\u20ac\ud83d\udd12")"), "Aü€🔒");
  EXPECT_EQ(text_of(R"("\u0000")"), std::string(1, '\0'));
}

TEST(JsonParser, numbers_keep_their_text) {
  for (const char* number : {"0", "-1", "1.5", "1e3", "18446744073709551616"}) {
    EXPECT_EQ(text_of(number), number);
  }
}

TEST(JsonParser, repeated_names_stay_for_whoever_complains) {
  EXPECT_EQ(parse(R"({"a": 1, "a": 2})").tree.root.children.size(), 4u);
}

TEST(JsonParser, what_is_not_json_is_refused_with_one_sentence) {
  for (const char* text :
       {"{",           "[",         "[1",        "[1,",         "[1,]",        "{\"a\"}",
        "{\"a\" 1}",   "{\"a\": }", "{a: 1}",    "{'a': 1}",    "\"a",         "\"a\n\"",
        "\"\\x\"",     "\"\\",      "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
        "tru",         "truth",     "nul",       "-",           "+1",          "1.",
        "01",          "1e",        "-a",        ".5",          "1 2",         "{} {}",
        "]",           "}",         ",",         "\"a\tb\"",    "// x\n1",     "NaN",
        "{\"a\": 1,}", "{,}"}) {
    const Parsed parsed = parse(text);
    EXPECT_FALSE(parsed.tree.whole) << text;
    EXPECT_EQ(parsed.diagnostics.size(), 1u) << text;
  }
}

TEST(JsonParser, what_came_before_stays) {
  const Parsed parsed = parse(R"({"a": [1], "b": [2, x], "c": 3})");
  ASSERT_FALSE(parsed.tree.whole);
  ASSERT_EQ(parsed.tree.root.children.size(), 4u);
  EXPECT_EQ(parsed.tree.root.children[1].children.size(), 1u);
  EXPECT_EQ(parsed.tree.root.children[3].children[0].text, "2");
  EXPECT_EQ(parsed.tree.root.children[3].children[1].kind, Node::Kind::refused);
}

TEST(JsonParser, nothing_is_no_value) {
  for (const char* text : {"", " \n\t"}) {
    const Parsed parsed = parse(text);
    EXPECT_TRUE(parsed.tree.whole);
    EXPECT_EQ(parsed.tree.root.kind, Node::Kind::nothing);
  }
}

}  // namespace
}  // namespace gatehouse::config
