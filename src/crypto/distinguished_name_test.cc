#include "crypto/distinguished_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/certificate.h"
#include "crypto/testing/samples.h"

namespace gatehouse::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DistinguishedName name(std::string_view text) {
  auto name = DistinguishedName::parse(text);
  if (!name) ADD_FAILURE() << text << ": " << name.error().what;
  return name ? *name : DistinguishedName{};
}

TEST(DistinguishedName, A6_order_spacing_case_and_separators_do_not_matter) {
  const auto wanted = name("CN=fe-auth,O=Example AG,C=CH");
  for (const auto text :
       {"C=CH,O=Example AG,CN=fe-auth", "CN=fe-auth, O=Example AG, C=CH",
        "C = CH, O = Example AG, CN = fe-auth", "cn=FE-AUTH;o=example  ag;c=ch",
        "CN=fe-auth+O=Example AG,C=CH", "  CN=\"fe-auth\" , O=\"Example AG\",C=CH  ",
        "CN=fe-auth,O= Example AG ,C=CH", "2.5.4.3=fe-auth,OID.2.5.4.10=Example AG,2.5.4.6=CH"}) {
    EXPECT_EQ(name(text), wanted) << text;
  }
}

TEST(DistinguishedName, A6_S_and_ST_are_one_type_as_are_the_spellings_of_mail) {
  EXPECT_EQ(name("CN=a,S=Bern"), name("CN=a,ST=Bern"));
  EXPECT_EQ(name("CN=a,stateOrProvinceName=Bern"), name("CN=a,ST=Bern"));
  EXPECT_EQ(name("E=a@b"), name("emailAddress=a@b"));
  EXPECT_NE(name("CN=a,ST=Bern"), name("CN=a,L=Bern"));
}

TEST(DistinguishedName, A6_a_look_alike_is_another_name) {
  EXPECT_NE(name("CN=fe-auth"), name("CN=fe-auth2"));
  EXPECT_NE(name("CN=fe-auth"), name("CN=fe auth"));
  EXPECT_NE(name("CN=fe-auth"), name("O=fe-auth"));
  EXPECT_NE(name("CN=a,O=b"), name("CN=a\\,O=b"));
  EXPECT_NE(name("CN=a,O=b"), name("CN=\"a,O=b\""));
  EXPECT_NE(name("CN=admin"), name("CN=\xd0\xb0\x64min"));  // a Cyrillic letter
  EXPECT_NE(name("CN=a,CN=a"), name("CN=a"));
}

TEST(DistinguishedName, contains_asks_for_every_wanted_attribute_and_not_for_all) {
  const auto own = name("CN=fe,OU=web,OU=edge,O=Example");
  EXPECT_TRUE(own.contains(name("CN=fe")));
  EXPECT_TRUE(own.contains(name("O=example,OU=edge")));
  EXPECT_TRUE(own.contains(own));
  EXPECT_FALSE(own.contains(name("CN=fe,O=Other")));
  EXPECT_FALSE(own.contains(name("CN=fe,C=CH")));
  EXPECT_FALSE(own.contains(name("OU=web,OU=web")));
}

TEST(DistinguishedName, escapes_and_quotes_say_what_belongs_to_the_value) {
  EXPECT_EQ(name("O=\"Doe, Inc.\""), name("O=Doe\\, Inc."));
  EXPECT_EQ(name("O=Doe\\2C Inc."), name("O=Doe\\, Inc."));
  EXPECT_EQ(name("CN=\\M\\C3\\BCller"), name("CN=M\xc3\xbcller"));
  EXPECT_EQ(name("CN=a=b"), name("CN=\"a=b\""));
}

TEST(DistinguishedName, reads_what_certificates_say_of_themselves) {
  const auto certificate = Certificate::from_pem(samples::kCertificate).value();
  EXPECT_EQ(name(certificate.subject()), name("C = CH, O = M\xc3\xbcller AG, CN = sample.example"));
  EXPECT_THAT(name(certificate.subject()).common_names(), ElementsAre("sample.example"));
}

TEST(DistinguishedName, has_every_common_name) {
  EXPECT_THAT(name("CN=b,O=x,CN=A").common_names(), ElementsAre("a", "b"));
  EXPECT_THAT(name("O=x").common_names(), IsEmpty());
}

TEST(DistinguishedName, refuses_what_is_none_with_the_remedy) {
  for (const auto text : {"fe-auth", "CN=a,", "CN=a,,O=b", "=a", "C N=a", "CN=a\\", "CN=\"a",
                          "CN=a\"b", "CN=\"a\"b", ",", "CN=a,b", "1.=a", "\xff=a"}) {
    const auto refused = DistinguishedName::parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().fault, Fault::operator_input);
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  }
  EXPECT_THAT(DistinguishedName::parse("fe-auth").error().what, HasSubstr("CN=name,O=firm"));
  EXPECT_FALSE(DistinguishedName::parse("CN=" + std::string(4096, 'a')));
  std::string many = "CN=a";
  for (int i = 0; i < 64; ++i) many += ",OU=x";
  EXPECT_THAT(DistinguishedName::parse(many).error().what, HasSubstr("more than 64 parts"));
}

}  // namespace
}  // namespace gatehouse::crypto
