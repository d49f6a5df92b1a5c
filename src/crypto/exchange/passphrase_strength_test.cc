#include "crypto/exchange/passphrase_strength.h"

#include <set>

#include <gmock/gmock.h>

namespace gatehouse::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

unsigned bits_of(std::string_view text) {
  return estimate_passphrase(Passphrase::parse(text).value()).bits;
}

TEST(PassphraseEstimate, common_passwords_are_worth_nothing_whatever_is_done_to_them_I12) {
  for (const std::string_view weak :
       {"password", "Password1!", "P@ssw0rd", "p4ssw0rd123", "geheim2026", "changeit", "gatehouse",
        "Welcome2025!", "Winter2026!!"}) {
    EXPECT_LT(bits_of(weak), 30u) << weak;
  }
}

TEST(PassphraseEstimate, sequences_and_repetitions_are_worth_nothing) {
  for (const std::string_view weak :
       {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnopqrstuvwxyz", "12345678901234567890",
        "qwertyuiopasdfghjkl", "98765432109876543210", "xyzxyzxyzxyzxyzxyzxyz",
        "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"}) {
    EXPECT_LT(bits_of(weak), 40u) << weak;
  }
}

TEST(PassphraseEstimate, short_ones_are_weak_even_when_they_look_complicated) {
  for (const std::string_view weak : {"", "x", "Tr0ub4dor&3", "x7!Kq", "Grüße24"}) {
    EXPECT_LT(bits_of(weak), kStrongPassphraseBits) << weak;
  }
}

TEST(PassphraseEstimate, several_words_or_long_random_text_are_strong) {
  for (const std::string_view strong :
       {"correct horse battery staple orbit", "Möwe-Ziegel-Kaktus-Trommel-Fenster",
        "x7!Kq9#mZ2$pL5&wN8", "f3a9c07b51e86d24f3a9c07b51e86d25"}) {
    EXPECT_GE(bits_of(strong), kStrongPassphraseBits) << strong;
  }
}

TEST(PassphraseEstimate, grows_with_each_word) {
  EXPECT_LT(bits_of("correct horse"), bits_of("correct horse battery"));
  EXPECT_LT(bits_of("correct horse battery"), bits_of("correct horse battery staple"));
}

TEST(PassphraseEstimate, advises_without_repeating_the_passphrase) {
  const auto weak = estimate_passphrase(Passphrase::parse("hunter2").value());
  EXPECT_FALSE(weak.strong());
  EXPECT_THAT(weak.advice, HasSubstr("five words"));
  EXPECT_THAT(weak.advice, Not(HasSubstr("hunter2")));
  EXPECT_EQ(estimate_passphrase(generate_passphrase()).advice, "");
}

TEST(GeneratedPassphrases, are_strong_legible_and_different) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const Passphrase one = generate_passphrase();
    const std::string text(as_text(one.utf8()));
    EXPECT_TRUE(estimate_passphrase(one).strong()) << text;
    EXPECT_THAT(text, ::testing::MatchesRegex("([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}"));
    EXPECT_TRUE(seen.insert(text).second);
  }
}

}  // namespace
}  // namespace gatehouse::crypto
