#include "certs/binding/policy_numbers.h"

#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using tls::Profile;

TEST(PolicyNumbers, one_meaning_keeps_its_number) {
  PolicyNumbers numbers;
  const std::uint32_t plain = numbers.number(Profile::intermediate);
  const std::uint32_t guarded = numbers.number(Profile::intermediate, "verify clients");
  (void)numbers.number(Profile::modern, "verify staff");
  EXPECT_EQ(numbers.number(Profile::intermediate), plain);
  EXPECT_EQ(numbers.number(Profile::intermediate, "verify clients"), guarded);
}

TEST(PolicyNumbers, another_profile_or_authentication_is_another_number) {
  PolicyNumbers numbers;
  const std::uint32_t plain = numbers.number(Profile::intermediate);
  EXPECT_NE(numbers.number(Profile::modern), plain);
  EXPECT_NE(numbers.number(Profile::intermediate, "verify clients"), plain);
  EXPECT_NE(numbers.number(Profile::intermediate, "verify clients"),
            numbers.number(Profile::modern, "verify clients"));
  EXPECT_NE(numbers.number(Profile::intermediate, "verify clients"),
            numbers.number(Profile::intermediate, "verify staff"));
}

// Session tickets of a program are used at its successor, which may meet policies in another order.
TEST(PolicyNumbers, are_the_same_in_every_program_whatever_came_first) {
  PolicyNumbers one;
  PolicyNumbers other;
  const std::uint32_t clients = one.number(Profile::intermediate, "verify clients");
  const std::uint32_t staff = one.number(Profile::intermediate, "verify staff");
  EXPECT_EQ(other.number(Profile::intermediate, "verify staff"), staff);
  EXPECT_EQ(other.number(Profile::intermediate, "verify clients"), clients);
  EXPECT_NE(clients, staff);
}

}  // namespace
}  // namespace gatehouse::certs
