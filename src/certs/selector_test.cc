#include "certs/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;

template <class Kind>
bool is(std::string_view text) {
  const auto selector = Selector::parse(text);
  return selector && std::holds_alternative<Kind>(selector->kind());
}

TEST(Selector, A6_one_text_says_what_is_meant) {
  EXPECT_TRUE(is<RecordName>("files of the plant"));
  EXPECT_TRUE(is<RecordName>("name:12345678"));
  EXPECT_TRUE(is<Thumbprint>("12 34 56 78"));
  EXPECT_TRUE(is<Thumbprint>("thumbprint:12345678"));
  EXPECT_TRUE(is<Thumbprint>("sha1 Fingerprint=12:34:56:78"));
  EXPECT_TRUE(is<Selector::Subject>("CN=fe-auth, O=Example"));
  EXPECT_TRUE(is<Selector::Subject>("subject:fe-auth"));
  EXPECT_TRUE(is<Selector::San>("san:www.example.org"));
  EXPECT_TRUE(is<Selector::San>("san:*.example.org"));
  EXPECT_TRUE(is<RecordName>("www.example.org"));
  EXPECT_TRUE(is<RecordName>("a=b=c, d"));
}

TEST(Selector, A6_a_bare_common_name_is_one_whatever_is_in_it) {
  EXPECT_EQ(*Selector::by_subject("fe-auth"), *Selector::by_subject("CN=FE-AUTH"));
  EXPECT_EQ(*Selector::by_subject("Doe, Inc."), *Selector::by_subject("CN=\"Doe, Inc.\""));
  EXPECT_EQ(*Selector::by_subject("a+b;c\"d\\e"), *Selector::by_subject(R"(CN=a\+b\;c\"d\\e)"));
}

TEST(Selector, what_cannot_be_meant_is_refused_with_the_remedy) {
  EXPECT_THAT(Selector::parse("").error().what, HasSubstr("is empty"));
  EXPECT_THAT(Selector::by_subject("  ").error().what, HasSubstr("is empty"));
  EXPECT_FALSE(Selector::parse("thumbprint:xyz"));
  EXPECT_FALSE(Selector::parse("san:not a name"));
  EXPECT_FALSE(Selector::parse("subject:CN=a,"));
  EXPECT_FALSE(Selector::parse("name:\x01"));
  EXPECT_FALSE(Selector::by_name(std::string(201, 'a')));
}

TEST(Selector, its_text_can_be_shown) {
  EXPECT_EQ(Selector::by_subject("CN=a\tb")->text(), "subject \"CN=a?b\"");
  EXPECT_EQ(Selector::parse("12:34:56:78")->text(), "thumbprint \"12345678\"");
  EXPECT_LT(Selector::by_subject("CN=" + std::string(4000, 'a'))->text().size(), 150U);
}

}  // namespace
}  // namespace gatehouse::certs
