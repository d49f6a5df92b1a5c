#include "certs/choice.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/testing/records.h"

namespace gatehouse::certs {
namespace {

using crypto::Purpose;
using ::testing::HasSubstr;
using testing::identity;
using testing::kNow;
using testing::Life;

Record record(std::string_view name, std::initializer_list<std::string_view> names, Life life = {},
              Purpose purpose = Purpose::server) {
  return testing::record(name, identity(names, life, purpose).leaf());
}

Wanted wanted(std::string_view selector) { return {.selector = Selector::parse(selector).value()}; }

// The names of the candidates, from better to worse.
std::vector<std::string> order(const Result<Choice>& choice) {
  std::vector<std::string> names;
  if (!choice) {
    ADD_FAILURE() << choice.error().what;
    return names;
  }
  for (const auto& candidate : choice->candidates) names.push_back(candidate.record.name.text());
  return names;
}

using Names = std::vector<std::string>;

TEST(Choice, A6_the_newest_valid_one_wins_and_each_loser_hears_why) {
  const std::vector<Record> records{
      record("old", {"fe.example"}, {-80, 10}), record("expired", {"fe.example"}, {-90, -1}),
      record("new", {"fe.example"}, {-2, 88}), record("to come", {"fe.example"}, {1, 400}),
      record("other", {"be.example"})};
  const auto choice = choose(wanted("CN=fe.example"), records, kNow);
  EXPECT_EQ(order(choice), (Names{"new", "old", "to come", "expired"}));
  EXPECT_TRUE(choice->chosen);
  EXPECT_TRUE(choice->valid);
  EXPECT_EQ(choice->candidates[0].reason, "is chosen: the newest that is valid");
  EXPECT_THAT(choice->candidates[1].reason, HasSubstr("is older: valid from"));
  EXPECT_THAT(choice->candidates[2].reason, HasSubstr("is not valid before"));
  EXPECT_THAT(choice->candidates[3].reason, HasSubstr("expired on"));
}

TEST(Choice, A6_an_expired_one_never_beats_a_valid_one_whatever_the_order) {
  std::vector<Record> records{
      record("valid", {"fe.example"}, {-300, 1}), record("expired", {"fe.example"}, {-2, -1}),
      record("expired too", {"fe.example"}, {-1, -1}), record("to come", {"fe.example"}, {1, 2})};
  std::mt19937 random(1);
  for (int round = 0; round < 24; ++round) {
    std::ranges::shuffle(records, random);
    const auto choice = choose(wanted("san:fe.example"), records, kNow);
    EXPECT_EQ(order(choice), (Names{"valid", "to come", "expired too", "expired"}));
  }
}

TEST(Choice, T2_what_was_brought_beats_the_default_identity_while_it_is_valid) {
  std::vector<Record> records{record("default", {"fe.example"}, {-1, 89}),
                              record("brought", {"fe.example"}, {-80, 10})};
  records[0].origin = Origin::default_identity;
  const auto choice = choose(wanted("san:fe.example"), records, kNow);
  EXPECT_EQ(order(choice), (Names{"brought", "default"}));
  EXPECT_THAT(choice->candidates[1].reason, HasSubstr("was made by default"));
  EXPECT_EQ(order(choose(wanted("san:fe.example"), records, kNow + std::chrono::days(20))),
            (Names{"default", "brought"}));
}

TEST(Choice, A6_ties_are_decided_always_the_same_way_and_explained) {
  const auto certificate = identity({"fe.example"}).leaf();
  std::vector<Record> records{testing::record("first", certificate),
                              testing::record("second", certificate),
                              record("shorter", {"fe.example"}, {-1, 80})};
  records[1].created += std::chrono::seconds(1);
  const auto choice = choose(wanted("subject:fe.example"), records, kNow);
  EXPECT_EQ(order(choice), (Names{"second", "first", "shorter"}));
  EXPECT_THAT(choice->candidates[1].reason, HasSubstr("the same dates, but came into the store"));
  EXPECT_THAT(choice->candidates[2].reason, HasSubstr("is as new, but ends on"));
  records[1].created = records[0].created;
  const auto first = order(choose(wanted("subject:fe.example"), records, kNow));
  std::ranges::reverse(records);
  EXPECT_EQ(order(choose(wanted("subject:fe.example"), records, kNow)), first);
}

TEST(Choice, A6_shelf_and_owner_bound_the_search) {
  std::vector<Record> records{record("mine", {"fe.example"}), record("theirs", {"fe.example"}),
                              record("anchor", {"fe.example"})};
  records[1].owner = Owner::parse("user:ops").value();
  records[2].shelf = Shelf::anchors;
  EXPECT_EQ(order(choose(wanted("CN=fe.example"), records, kNow)), Names{"mine"});
  auto theirs = wanted("CN=fe.example");
  theirs.owner = records[1].owner;
  EXPECT_EQ(order(choose(theirs, records, kNow)), Names{"theirs"});
  auto anchors = wanted("CN=fe.example");
  anchors.shelf = Shelf::anchors;
  EXPECT_EQ(order(choose(anchors, records, kNow)), Names{"anchor"});
  auto nobodys = wanted("CN=fe.example");
  nobodys.owner = Owner::parse("user:nobody").value();
  const auto none = choose(nobodys, records, kNow);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_THAT(none.error().what,
              HasSubstr("no certificate on the shelf identities of user:nobody"));
}

TEST(Choice, A6_a_certificate_of_another_role_is_not_chosen) {
  const std::vector<Record> records{record("server", {"fe.example"}, {-2, 88}),
                                    record("client", {"fe.example"}, {-1, 89}, Purpose::client)};
  auto for_servers = wanted("CN=fe.example");
  for_servers.role = Role::server;
  const auto choice = choose(for_servers, records, kNow);
  EXPECT_EQ(order(choice), (Names{"server", "client"}));
  EXPECT_EQ(choice->candidates[1].reason, "is for clientAuth only, not for serverAuth");
  const auto none = choose(for_servers, std::span(records).subspan(1), kNow);
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->chosen);
  EXPECT_FALSE(none->valid);
  EXPECT_EQ(none->candidates[0].reason, "is for clientAuth only, not for serverAuth");
}

TEST(Choice, where_none_is_valid_the_one_that_is_chosen_says_so) {
  const std::vector<Record> one{record("expired", {"fe.example"}, {-9, -1})};
  const auto choice = choose(wanted("name:expired"), one, kNow);
  ASSERT_TRUE(choice);
  EXPECT_TRUE(choice->chosen);
  EXPECT_FALSE(choice->valid);
  EXPECT_THAT(choice->candidates[0].reason, HasSubstr("but expired on"));
}

TEST(Choice, I3_the_beginning_of_a_thumbprint_that_fits_two_lists_them) {
  const std::vector<Record> records{record("a", {"a.example"}), record("b", {"b.example"})};
  // Two certificates whose digests begin alike are too rare to make; the digests are.
  auto alike = records;
  alike[1].sha256 = alike[0].sha256;
  alike[1].sha256.back() ^= 1;
  const std::string digits = crypto::hex(alike[0].sha256);
  const auto ambiguous = choose(wanted("thumbprint:" + digits.substr(0, 10)), alike, kNow);
  ASSERT_FALSE(ambiguous);
  EXPECT_EQ(ambiguous.error().kind, ErrorKind::conflict);
  EXPECT_THAT(ambiguous.error().what, HasSubstr("a (" + digits + ")"));
  EXPECT_THAT(ambiguous.error().what, HasSubstr("b (" + crypto::hex(alike[1].sha256) + ")"));
  EXPECT_THAT(ambiguous.error().what, HasSubstr("give more digits"));
  EXPECT_EQ(order(choose(wanted("thumbprint:" + digits), alike, kNow)), Names{"a"});
}

TEST(Choice, I3_both_digests_of_a_certificate_are_thumbprints_of_it) {
  const std::vector<Record> records{record("a", {"a.example"}), record("b", {"b.example"})};
  EXPECT_EQ(order(choose(wanted(crypto::hex(records[1].sha1)), records, kNow)), Names{"b"});
  EXPECT_EQ(order(choose(wanted(crypto::hex(records[1].sha256)), records, kNow)), Names{"b"});
}

TEST(Choice, A6_a_subject_is_found_by_some_of_its_parts_in_any_spelling) {
  auto spec = testing::leaf_spec({"fe.example"});
  spec.common_name = "Front End";
  const std::vector<Record> records{testing::record("fe", testing::self_signed(spec))};
  EXPECT_TRUE(choose(wanted("cn = front  end"), records, kNow));
  EXPECT_TRUE(choose(wanted("subject:FRONT END"), records, kNow));
  EXPECT_FALSE(choose(wanted("subject:Front"), records, kNow));
  EXPECT_FALSE(choose(wanted("CN=Front End,O=Example"), records, kNow));
}

TEST(Choice, A6_a_wildcard_stands_for_one_label) {
  const std::vector<Record> records{record("wild", {"*.example.org"})};
  EXPECT_TRUE(choose(wanted("san:www.example.org"), records, kNow));
  EXPECT_TRUE(choose(wanted("san:*.example.org"), records, kNow));
  EXPECT_FALSE(choose(wanted("san:example.org"), records, kNow));
  EXPECT_FALSE(choose(wanted("san:a.b.example.org"), records, kNow));
  EXPECT_FALSE(choose(wanted("san:*.www.example.org"), records, kNow));
}

}  // namespace
}  // namespace gatehouse::certs
