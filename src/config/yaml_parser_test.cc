#include "config/yaml_parser.h"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

struct Parsed {
  Tree tree;
  Diagnostics diagnostics;
};

Parsed parse(const std::string& text) {
  const SourceText source("a.yaml", text);
  DiagnosticSink sink(source);
  Tree tree = parse_yaml(sink);
  return {.tree = std::move(tree), .diagnostics = sink.take()};
}

std::string codes(const Parsed& parsed) {
  std::string all;
  for (const Diagnostic& one : parsed.diagnostics) all += (all.empty() ? "" : " ") + one.code;
  return all;
}

TEST(YamlParser, a_tree_has_the_places_of_its_parts) {
  const Parsed parsed = parse("a: [x, 'y z']\nb:\n  - c\n");
  ASSERT_TRUE(parsed.tree.whole);
  const Node& root = parsed.tree.root;
  ASSERT_EQ(root.children.size(), 4u);
  const Node& flow = root.children[1];
  EXPECT_EQ(flow.kind, Node::Kind::list);
  EXPECT_TRUE(flow.flow);
  EXPECT_EQ(flow.offset, 3u);
  EXPECT_TRUE(flow.children[0].plain);
  EXPECT_EQ(flow.children[1].text, "y z");
  EXPECT_FALSE(flow.children[1].plain);
  EXPECT_EQ(flow.children[1].offset, 7u);
  EXPECT_FALSE(root.children[3].flow);
}

TEST(YamlParser, repeated_names_stay_for_whoever_complains) {
  EXPECT_EQ(parse("a: 1\na: 2\n").tree.root.children.size(), 4u);
}

TEST(YamlParser, nothing_is_no_value) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "---\n...\n"}) {
    const Parsed parsed = parse(text);
    EXPECT_TRUE(parsed.tree.whole) << text;
    EXPECT_EQ(parsed.tree.root.kind, Node::Kind::nothing) << text;
    EXPECT_EQ(codes(parsed), "") << text;
  }
}

// What yaml-cpp lets pass or takes for something else.
TEST(YamlParser, what_the_library_lets_pass_is_refused) {
  EXPECT_EQ(codes(parse("a: \"x\n")), "GH2006");
  EXPECT_EQ(codes(parse("a: 'x\nb: c\n")), "GH2006");
  EXPECT_EQ(codes(parse("%INCLUDE x\na: b\n")), "GH2006");
  EXPECT_EQ(codes(parse(" a: b\nc: d\n")), "GH2006");
  EXPECT_EQ(codes(parse("{a: b}\nc: d\n")), "GH2006");
  EXPECT_EQ(codes(parse("{a: b} c\n")), "GH2006");
  EXPECT_EQ(codes(parse("a: !x b\n")), "GH2009");
  EXPECT_EQ(codes(parse("a: &x b\n")), "GH2008");
  EXPECT_EQ(codes(parse("...\na: b\n")), "GH2010");
}

TEST(YamlParser, whatever_makes_no_sense_is_one_sentence_of_ours) {
  for (const char* text : {"a: b: c\n",
                           "a: - b\n",
                           "a: [b\n",
                           "a: {b\n",
                           "a: b}\nc: ]\n",
                           "a: \"\\q\"\n",
                           "a: \"\\xZZ\"\n",
                           "a: \"\\ud800\"\n",
                           "a: @b\n",
                           "a: `b\n",
                           "a: |x\n  b\n",
                           "a: *\n",
                           "a: &\n",
                           "a: %b\n",
                           "a:\n  b: c\n d: e\n",

                           "a: \"b\" c\n",
                           "a: [b] c\n",
                           "a: ,\n",
                           "? a\n b: c\n",
                           "%YAML x\n---\na: b\n",
                           "%YAML 2.0\n---\na: b\n",
                           "a: 'b\n---\n"}) {
    const Parsed parsed = parse(text);
    EXPECT_FALSE(parsed.tree.whole) << text;
    ASSERT_EQ(parsed.diagnostics.size(), 1u) << text;
    EXPECT_EQ(parsed.diagnostics[0].hint.find("the parser says"), std::string::npos)
        << text << parsed.diagnostics[0].hint;
    EXPECT_GT(parsed.diagnostics[0].place.line, 0u) << text;
  }
}

TEST(YamlParser, what_came_before_stays_and_what_lies_in_open_brackets_does_not) {
  const Parsed parsed = parse("a: 1\nb: {c: d, e: [f\n");
  ASSERT_EQ(parsed.tree.root.children.size(), 4u);
  EXPECT_EQ(parsed.tree.root.children[1].text, "1");
  EXPECT_EQ(parsed.tree.root.children[3].kind, Node::Kind::refused);
}

TEST(YamlParser, a_name_without_its_value_is_dropped) {
  EXPECT_EQ(parse("a: 1\nb: \"x").tree.root.children.size(), 2u);
}

TEST(YamlParser, tabs_are_refused_in_indentation_only) {
  EXPECT_EQ(codes(parse("a:\n\tb: c\n  \td: e\n")), "GH2005 GH2005");
  EXPECT_EQ(codes(parse("a:\tb\t# c\n\t\n\t# comment\n")), "");
}

TEST(SourceText, has_lines_whatever_ends_them) {
  const SourceText source("a", "\xef\xbb\xbfone\r\ntwo\n\nfour");
  EXPECT_EQ(source.lines(), 4u);
  EXPECT_EQ(source.line(1), "one");
  EXPECT_EQ(source.line(2), "two");
  EXPECT_EQ(source.line(3), "");
  EXPECT_EQ(source.line(4), "four");
  EXPECT_EQ(source.line(0), "");
  EXPECT_EQ(source.line(5), "");
  EXPECT_EQ(source.line_at(0), 1u);
  EXPECT_EQ(source.line_at(4), 1u);
  EXPECT_EQ(source.line_at(5), 2u);
  EXPECT_EQ(source.line_at(1000), 4u);
}

TEST(SourceText, hides_what_it_was_told_to) {
  SourceText source("a", "one\ntwo\nthree\n");
  source.hide(2, 3);
  EXPECT_FALSE(source.hidden(1));
  EXPECT_TRUE(source.hidden(2));
  EXPECT_TRUE(source.hidden(3));
  EXPECT_FALSE(source.hidden(4));
}

TEST(Locator, finds_places_forwards_and_backwards) {
  const SourceText source("a", "ü: x\n€: y\n");
  Locator locator(source);
  EXPECT_EQ(locator.place(4).column, 4u);
  EXPECT_EQ(locator.place(9).line, 2u);
  EXPECT_EQ(locator.place(9).column, 2u);
  EXPECT_EQ(locator.place(0).column, 1u);
  EXPECT_EQ(locator.place(9999).line, 3u);
}

TEST(Sources, show_long_lines_as_far_as_the_place_is_in_sight) {
  const auto text = std::make_shared<const SourceText>("a", std::string(500, 'x'));
  Sources sources;
  sources.add(text);
  EXPECT_EQ(sources.shown_line({.file = "a", .line = 1, .column = 10}),
            std::string(160, 'x') + "…");
  EXPECT_EQ(sources.shown_line({.file = "a", .line = 1, .column = 400}), "");
  EXPECT_EQ(sources.shown_line({.file = "b", .line = 1, .column = 1}), "");
}

}  // namespace
}  // namespace gatehouse::config
