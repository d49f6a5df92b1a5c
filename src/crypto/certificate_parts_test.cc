#include "crypto/certificate_parts.h"

#include <gtest/gtest.h>

#include "crypto/certificate.h"
#include "crypto/testing/chains.h"
#include "crypto/testing/samples.h"

namespace gatehouse::crypto {
namespace {

// The content of a Name with one attribute of this type of string.
Bytes name_of(std::uint8_t string_type, std::string_view text) {
  Bytes attribute{
      0x06, 0x03, 0x55, 0x04, 0x03, string_type, static_cast<std::uint8_t>(text.size())};
  attribute.insert(attribute.end(), text.begin(), text.end());
  Bytes name{0x31, static_cast<std::uint8_t>(attribute.size() + 2), 0x30,
             static_cast<std::uint8_t>(attribute.size())};
  name.insert(name.end(), attribute.begin(), attribute.end());
  return name;
}

Bytes sequence(std::initializer_list<Bytes> parts, std::uint8_t tag = 0x30) {
  Bytes content;
  for (const Bytes& part : parts) content.insert(content.end(), part.begin(), part.end());
  Bytes whole{tag, 0x81, static_cast<std::uint8_t>(content.size())};
  if (content.size() < 0x80) whole = {tag, static_cast<std::uint8_t>(content.size())};
  whole.insert(whole.end(), content.begin(), content.end());
  return whole;
}

// No more of a certificate than its names need: serial, algorithm, issuer, validity, subject, key.
Bytes certificate(const Bytes& issuer, const Bytes& subject) {
  const Bytes number{0x02, 0x01, 0x01};
  const Bytes empty{0x30, 0x00};
  return sequence(
      {sequence({number, empty, sequence({issuer}), empty, sequence({subject}), empty})});
}

constexpr std::uint8_t kUtf8 = 0x0c;
constexpr std::uint8_t kPrintable = 0x13;
constexpr std::uint8_t kBmp = 0x1e;

bool surely_not(const Bytes& issuer_below, const Bytes& subject_above) {
  const Bytes other = name_of(kUtf8, "someone else");
  return is_surely_not_issued_by(certificate(issuer_below, other),
                                 certificate(other, subject_above));
}

TEST(CertificateParts, are_the_names_and_the_extensions) {
  const testing::Ca ca;
  const auto leaf = ca.serve({"a.example"}).leaf();
  const auto parts = parts_of(leaf.der()).value();
  const auto above = parts_of(ca.intermediate.der()).value();
  EXPECT_EQ(as_text(parts.issuer), as_text(above.subject));
  EXPECT_NE(as_text(parts.subject), as_text(above.subject));
  EXPECT_FALSE(parts.extensions.empty());
}

TEST(CertificateParts, may_lack_extensions_and_nothing_else) {
  const Bytes name = name_of(kUtf8, "x");
  const Bytes whole = certificate(name, name);
  ASSERT_TRUE(parts_of(whole));
  EXPECT_TRUE(parts_of(whole)->extensions.empty());
  EXPECT_EQ(as_text(parts_of(whole)->issuer), as_text(name));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parts_of(ByteView(whole).first(size))) << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(parts_of(longer));
}

TEST(SurelyNotIssued, is_said_of_another_name_only) {
  const testing::Ca ca;
  const testing::Ca other;
  const auto leaf = ca.serve({"a.example"}).leaf();
  EXPECT_FALSE(is_surely_not_issued_by(leaf.der(), ca.intermediate.der()));
  EXPECT_TRUE(is_surely_not_issued_by(leaf.der(), ca.root.der()));
  // The names are the same: the signature has to tell.
  EXPECT_FALSE(is_surely_not_issued_by(leaf.der(), other.intermediate.der()));
  EXPECT_FALSE(leaf.is_issued_by(other.intermediate));
  EXPECT_TRUE(leaf.is_issued_by(ca.intermediate));
}

TEST(SurelyNotIssued, is_not_said_of_names_that_the_library_takes_for_the_same) {
  const Bytes name = name_of(kUtf8, "Plant 4 CA");
  EXPECT_FALSE(surely_not(name, name_of(kPrintable, "Plant 4 CA")));
  EXPECT_FALSE(surely_not(name, name_of(kUtf8, "PLANT  4  ca ")));
  EXPECT_FALSE(surely_not(name, name_of(kBmp, std::string_view("\0P\0l", 4))));
  EXPECT_TRUE(surely_not(name, name_of(kUtf8, "Plant 5 CA")));
  EXPECT_TRUE(surely_not(name, name_of(kUtf8, "Plant 4 CA 2")));
}

TEST(SurelyNotIssued, is_not_said_of_what_is_no_certificate) {
  const Bytes name = name_of(kUtf8, "x");
  const Bytes whole = certificate(name, name);
  EXPECT_FALSE(is_surely_not_issued_by(whole, Bytes{}));
  EXPECT_FALSE(is_surely_not_issued_by(Bytes{0x30}, whole));
}

}  // namespace
}  // namespace gatehouse::crypto
