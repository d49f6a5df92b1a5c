#include "certs/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/testing/records.h"
#include "crypto/testing/samples.h"

namespace gatehouse::certs {
namespace {

using crypto::testing::Ca;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kNow;

TEST(Record, says_what_its_certificate_says) {
  const auto certificate = crypto::Certificate::from_pem(crypto::samples::kCertificate).value();
  const Record record = testing::record("sample", certificate);
  EXPECT_THAT(record.names,
              ElementsAre("sample.example", "*.sample.example", "192.0.2.7", "2001:db8::7"));
  EXPECT_EQ(record.subject, certificate.subject());
  EXPECT_EQ(record.issuer, certificate.issuer());
  EXPECT_EQ(record.sha1, certificate.sha1());
  EXPECT_EQ(record.sha256, certificate.sha256());
  EXPECT_EQ(record.key_type, "ECDSA P-256");
  EXPECT_TRUE(record.has(Role::server));
  EXPECT_FALSE(record.has(Role::client));
  EXPECT_TRUE(record.authority);
  EXPECT_EQ(record.last_served, std::nullopt);
}

TEST(Record, its_summary_is_what_decides_which_names_it_answers_and_when) {
  const Record record = testing::record("a", testing::identity({"a.example", "b.example"}).leaf());
  const auto summary = summary_of(record);
  EXPECT_EQ(summary.id, record.id);
  EXPECT_THAT(summary.names, ElementsAre("a.example", "b.example"));
  EXPECT_EQ(summary.not_before, record.not_before);
  EXPECT_EQ(summary.not_after, record.not_after);
  EXPECT_EQ(summary.sha256, record.sha256);
  EXPECT_EQ(summary.key_algorithm, crypto::KeyAlgorithm::ecdsa);
  EXPECT_TRUE(summary.server);
  EXPECT_EQ(summary.owner, Owner::machine());
}

TEST(Shelf, I4_is_found_by_what_a_certificate_is) {
  const Ca ca;
  EXPECT_EQ(shelf_of(ca.root), Shelf::anchors);
  EXPECT_EQ(shelf_of(ca.intermediate), Shelf::intermediates);
  EXPECT_EQ(shelf_of(testing::identity({"a.example"}).leaf()), Shelf::anchors);
}

TEST(Shelf, I4_a_servers_certificate_is_of_no_use_without_its_key) {
  const Ca ca;
  const auto shelf = shelf_of(ca.serve({"www.example.org"}).leaf());
  ASSERT_FALSE(shelf);
  EXPECT_EQ(shelf.error().kind, ErrorKind::invalid);
  EXPECT_THAT(shelf.error().what, HasSubstr("give the key with it"));
}

TEST(Shelf, I4_who_only_claims_to_have_issued_itself_is_no_anchor) {
  const Ca ca;
  // The name of the root, signed by another key.
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  const auto other = crypto::issue_self_signed(crypto::testing::ca_spec("root", 1), key).value();
  const auto pretender =
      crypto::issue(crypto::testing::ca_spec("root", 1), ca.key, other, key).value();
  EXPECT_EQ(shelf_of(pretender), Shelf::intermediates);
}

TEST(Shelf, its_text_names_it) {
  for (const Shelf shelf : kShelves) EXPECT_EQ(shelf_of(shelf_text(shelf)), shelf);
  EXPECT_EQ(shelf_of("my"), std::nullopt);
}

TEST(Origin, its_text_names_it) {
  for (const Origin origin : {Origin::default_identity, Origin::self_signed, Origin::local_ca,
                              Origin::import, Origin::files}) {
    EXPECT_EQ(origin_of(origin_text(origin)), origin);
  }
  EXPECT_EQ(origin_of(""), std::nullopt);
}

TEST(Owner, is_the_machine_or_a_user) {
  EXPECT_EQ(Owner::parse("machine"), Owner::machine());
  EXPECT_EQ(Owner::parse("user:ops@example.com")->text(), "user:ops@example.com");
  for (const auto text : {"", "Machine", "user:", "user:a/b", "user:a b", "ops", "user:\xc3\xbc"}) {
    EXPECT_FALSE(Owner::parse(text)) << text;
  }
  EXPECT_FALSE(Owner::parse("user:" + std::string(65, 'a')));
}

TEST(RecordId, is_read_as_it_is_written) {
  const auto id = RecordId::random();
  EXPECT_EQ(RecordId::parse(id.text()), id);
  EXPECT_NE(RecordId::random(), id);
  EXPECT_FALSE(RecordId::parse(""));
  EXPECT_FALSE(RecordId::parse(std::string(32, 'A')));
  EXPECT_FALSE(RecordId::parse(std::string(31, 'a')));
}

TEST(RecordName, is_made_of_the_first_name_then_the_subject) {
  const Ca ca;
  EXPECT_EQ(made_name(testing::identity({"www.example.org", "example.org"}).leaf()).text(),
            "www.example.org");
  EXPECT_EQ(made_name(ca.root).text(), "root");
}

}  // namespace
}  // namespace gatehouse::certs
