#include "config/diagnostic.h"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

Diagnostic typing_error() {
  return {.code = "GH2107",
          .message = "unknown field `upstrem` in site `files.example.com`",
          .place = {.file = "/etc/gatehouse/conf.d/10-files.yaml", .line = 7, .column = 5},
          .text = "    upstrem: http://127.0.0.1:8080",
          .length = 7,
          .hint = "did you mean `upstreams`?"};
}

TEST(Diagnostic, shows_the_line_and_what_is_wrong_in_it) {
  EXPECT_EQ(render({typing_error()}),
            "error[GH2107]: unknown field `upstrem` in site `files.example.com`\n"
            "  --> /etc/gatehouse/conf.d/10-files.yaml:7:5\n"
            "   7 |     upstrem: http://127.0.0.1:8080\n"
            "     |     ^^^^^^^ did you mean `upstreams`?\n");
}

TEST(Diagnostic, without_a_line_the_hint_stands_alone) {
  Diagnostic missing = typing_error();
  missing.text.clear();
  missing.place.line = 0;
  EXPECT_EQ(render({missing}),
            "error[GH2107]: unknown field `upstrem` in site `files.example.com`\n"
            "  --> /etc/gatehouse/conf.d/10-files.yaml\n"
            "     = did you mean `upstreams`?\n");
}

TEST(Diagnostic, without_a_place_or_hint_only_the_sentence_is_there) {
  EXPECT_EQ(render({{.code = "GH3001", .severity = Severity::warning, .message = "too late"}}),
            "warning[GH3001]: too late\n");
}

TEST(Diagnostic, several_are_apart_by_an_empty_line) {
  const std::string one = render({typing_error()});
  EXPECT_EQ(render({typing_error(), typing_error()}), one + "\n" + one);
  EXPECT_EQ(render({}), "");
}

TEST(Diagnostic, the_mark_stands_below_its_place_after_tabs_umlauts_and_in_line_12345) {
  Diagnostic one = typing_error();
  one.place = {.file = "a.yaml", .line = 12345, .column = 6};
  one.text = "\t\"ü\": on";
  one.length = 2;
  one.hint.clear();
  EXPECT_EQ(render({one}),
            "error[GH2107]: unknown field `upstrem` in site `files.example.com`\n"
            "  --> a.yaml:12345:6\n"
            "12345 | \t\"ü\": on\n"
            "      | \t    ^^\n");
}

TEST(Diagnostic, colour_changes_no_word) {
  std::string coloured = render({typing_error()}, true);
  EXPECT_NE(coloured.find("\x1b[1;31merror"), std::string::npos);
  std::string plain;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b') {
      i = coloured.find('m', i);
    } else {
      plain += coloured[i];
    }
  }
  EXPECT_EQ(plain, render({typing_error()}));
}

TEST(Diagnostic, one_line_has_the_first_error_and_the_number_of_the_others) {
  EXPECT_EQ(one_line({}), "");
  const Diagnostic first{.code = "GH1",
                         .message = "a is wrong",
                         .place = {"/etc/g.yaml", 7, 5},
                         .hint = "did you mean `b`?"};
  EXPECT_EQ(one_line({first}), "/etc/g.yaml:7:5: a is wrong (did you mean `b`?)");
  const Diagnostic warning{.code = "GH2", .severity = Severity::warning, .message = "careful"};
  const Diagnostic flag{.code = "GH3", .message = "--to: no"};
  EXPECT_EQ(one_line({warning, flag, first}), "--to: no; and 1 more error");
  EXPECT_EQ(one_line({flag, flag, flag}), "--to: no; and 2 more errors");
}

TEST(Diagnostic, a_warning_alone_is_no_error) {
  EXPECT_FALSE(has_errors({}));
  EXPECT_FALSE(has_errors({{.code = "", .severity = Severity::warning, .message = ""}}));
  EXPECT_TRUE(
      has_errors({{.code = "", .severity = Severity::warning, .message = ""}, typing_error()}));
}

}  // namespace
}  // namespace gatehouse::config
