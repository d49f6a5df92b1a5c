#include "crypto/alternative_names.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include "crypto/testing/chains.h"

namespace gatehouse::crypto {
namespace {

using ::testing::ElementsAre;

constexpr std::uint8_t kDnsTag = 0x82;
constexpr std::uint8_t kUriTag = 0x86;
constexpr std::uint8_t kNumberTag = 0x88;
constexpr std::uint8_t kInPieces = 0x20;

Bytes leaf_of(std::initializer_list<std::string_view> names) {
  const testing::Ca ca;
  const Identity identity = ca.serve(names);
  const ByteView der = identity.leaf().der();
  return {der.begin(), der.end()};
}

// The certificate, with another tag on the entry of this name.
Bytes retagged(Bytes certificate, std::string_view name, std::uint8_t tag) {
  const auto at = as_text(certificate).find(name);
  EXPECT_EQ(certificate.at(at - 2), kDnsTag);
  certificate[at - 2] = tag;
  return certificate;
}

TEST(AlternativeNames, are_those_of_servers) {
  const auto names = alternative_names(leaf_of({"a.example", "*.b.example", "192.0.2.7"}));
  ASSERT_TRUE(names);
  EXPECT_THAT(names->texts(), ElementsAre("a.example", "*.b.example", "192.0.2.7"));
}

TEST(AlternativeNames, of_other_kinds_that_are_plain_text_are_passed_over) {
  const auto names =
      alternative_names(retagged(leaf_of({"a.example", "b.example"}), "b.example", kUriTag));
  ASSERT_TRUE(names);
  EXPECT_THAT(names->texts(), ElementsAre("a.example"));
}

TEST(AlternativeNames, that_the_library_may_read_in_another_way_are_left_to_it) {
  const Bytes leaf = leaf_of({"a.example", "b.example"});
  for (const std::uint8_t tag : {std::uint8_t{kDnsTag | kInPieces}, kNumberTag,
                                 std::uint8_t{kUriTag | kInPieces}, std::uint8_t{0x30}}) {
    const Bytes odd = retagged(leaf, "b.example", tag);
    EXPECT_FALSE(alternative_names(odd)) << int{tag};
    const auto certificate = Certificate::from_der(odd);
    if (certificate) (void)certificate->names();
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

}  // namespace
}  // namespace gatehouse::crypto
