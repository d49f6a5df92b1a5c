#include "crypto/exchange/ber.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace gatehouse::crypto {
namespace {

Bytes bytes(std::string_view digits) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

std::string der(std::string_view digits) {
  const auto made = der_from_ber(bytes(digits));
  return made ? hex(made->view()) : "refused";
}

TEST(Ber, that_is_der_stays_as_it_is) {
  EXPECT_EQ(der("3003020105"), "3003020105");
  EXPECT_EQ(der("0401ff0500"), "0401ff0500");
  EXPECT_EQ(der(""), "");
}

TEST(Ber, gets_definite_lengths) {
  EXPECT_EQ(der("30800201050000"), "3003020105");
  EXPECT_EQ(der("308030800201050000a080020106"
                "00000000"),
            "300a3003020105a003020106");
}

TEST(Ber, gets_the_shortest_lengths) {
  EXPECT_EQ(der("308103020105"), "3003020105");
  EXPECT_EQ(der("3083000003020105"), "3003020105");
}

TEST(Ber, octet_strings_in_parts_become_one) {
  EXPECT_EQ(der("2406040101040102"), "04020102");
  EXPECT_EQ(der("24800401010401020000"), "04020102");
  EXPECT_EQ(der("2480248004010100002403040102"
                "0000"),
            "04020102");
  EXPECT_EQ(der("24800000"), "0400");
}

TEST(Ber, that_is_broken_is_refused) {
  for (const std::string_view broken :
       {"30", "3005020105", "3080020105", "30800201050", "24030201ff", "0000", "30040000",
        "24800201ff0000", "0480010200000"}) {
    EXPECT_EQ(der(broken), "refused") << broken;
  }
}

TEST(Ber, may_be_nested_as_deeply_as_files_are_and_no_deeper) {
  std::string nested;
  for (unsigned i = 0; i < kDeepestBer; ++i) nested += "3080";
  std::string ends;
  for (unsigned i = 0; i < kDeepestBer; ++i) ends += "0000";
  EXPECT_NE(der(nested + ends), "refused");
  EXPECT_EQ(der("3080" + nested + ends + "0000"), "refused");
}

}  // namespace
}  // namespace gatehouse::crypto
