#include "crypto/exchange/passphrase.h"

#include <type_traits>

#include <gmock/gmock.h>

#include "crypto/digest.h"

namespace gatehouse::crypto {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> wide_forms(std::string_view text) {
  std::vector<std::string> forms;
  for (const auto& one : spellings_of(Passphrase::parse(text).value())) {
    forms.push_back(hex(one.wide.view()));
  }
  return forms;
}

TEST(Passphrase, is_text_of_bounded_length) {
  EXPECT_TRUE(Passphrase::parse(std::string(1024, 'x')));
  EXPECT_THAT(Passphrase::parse(std::string(1025, 'x')).error().what, HasSubstr("1024 bytes"));
  EXPECT_THAT(Passphrase::parse(std::string_view("a\0b", 3)).error().what, HasSubstr("NUL"));
  EXPECT_THAT(Passphrase::parse("Gr\xfc\xdf"
                                "e")
                  .error()
                  .what,
              HasSubstr("UTF-8"));
}

TEST(Passphrase, is_never_copied) {
  EXPECT_FALSE(std::is_copy_constructible_v<Passphrase>);
  EXPECT_FALSE(std::is_copy_assignable_v<Passphrase>);
}

TEST(Passphrase, of_ascii_is_widened_and_ended) {
  EXPECT_THAT(wide_forms("ab"), ::testing::Each("006100620000"));
}

TEST(Passphrase, that_is_empty_has_both_forms_of_nothing) {
  EXPECT_THAT(wide_forms(""), ::testing::ElementsAre("0000", "", "0000"));
}

TEST(Passphrase, of_other_letters_is_tried_by_characters_then_by_bytes) {
  EXPECT_THAT(wide_forms("ü"), ::testing::ElementsAre("00fc0000", "00c300bc0000", "00fc0000"));
  EXPECT_EQ(wide_forms("🔑").front(), "d83ddd110000");
}

TEST(Passphrase, is_given_to_pbkdf2_as_utf8_then_as_nss_does) {
  const auto spellings = spellings_of(Passphrase::parse("ü").value());
  EXPECT_EQ(hex(spellings.front().text.view()), "c3bc");
  EXPECT_EQ(hex(spellings.back().text.view()), "00fc0000");
}

}  // namespace
}  // namespace gatehouse::crypto
