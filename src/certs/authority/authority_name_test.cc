#include "certs/authority/authority_name.h"

#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

TEST(AuthorityName, has_lower_case_letters_digits_and_dashes) {
  for (const auto good : {"a", "plant-4", "backends", "0", "a23456789012345678901234"}) {
    EXPECT_EQ(AuthorityName::parse(good).value().text(), good);
  }
  for (const auto bad :
       {"", "Plant", "-a", "a-", "a/b", "a b", "ä", "a.b", "a234567890123456789012345", "a\n"}) {
    const auto parsed = AuthorityName::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
  }
}

TEST(AuthorityName, of_the_machines_own_ca_is_known) {
  EXPECT_EQ(AuthorityName::parse("machine").value(), AuthorityName::machine());
  EXPECT_TRUE(AuthorityName::machine().is_machine());
  EXPECT_FALSE(AuthorityName::parse("plant").value().is_machine());
}

}  // namespace
}  // namespace gatehouse::certs
