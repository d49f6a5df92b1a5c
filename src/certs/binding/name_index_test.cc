#include "certs/binding/name_index.h"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using crypto::KeyAlgorithm;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

const WallTime kNow = FakeClock().wall();

RecordSummary summary(std::vector<std::string> names,
                      std::chrono::days from = std::chrono::days(-1),
                      std::chrono::days to = std::chrono::days(90),
                      KeyAlgorithm key = KeyAlgorithm::ecdsa) {
  const RecordId id = RecordId::random();
  RecordSummary made{.id = id,
                     .names = std::move(names),
                     .not_before = kNow + from,
                     .not_after = kNow + to,
                     .key_algorithm = key,
                     .server = true};
  std::ranges::copy(id.bytes(), made.sha256.begin());
  return made;
}

class Names : public ::testing::Test {
 protected:
  using days = std::chrono::days;

  RecordSummary put(RecordSummary one) {
    index.put(one);
    return one;
  }
  std::vector<RecordId> order(std::string_view name, KeyWish wish = {}) const {
    std::vector<RecordId> ids;
    const auto server = ServerName::parse(name).value();
    for (const auto& one : index.candidates(server, wish, second_of(kNow))) ids.push_back(one.id);
    return ids;
  }
  std::optional<RecordId> best(std::string_view name, KeyWish wish = {}) const {
    const auto found = index.best(ServerName::parse(name).value(), wish, second_of(kNow),
                                  [](const NameCandidate&) { return false; });
    return found ? std::optional(found->id) : std::nullopt;
  }

  NameIndex index;
};

TEST_F(Names, A6_exact_name_wins_over_wildcard) {
  const auto wildcard = put(summary({"*.a.example"}, days(-1)));
  const auto exact = put(summary({"www.a.example"}, days(-5)));
  EXPECT_THAT(order("www.a.example"), ElementsAre(exact.id, wildcard.id));
  EXPECT_THAT(order("api.a.example"), ElementsAre(wildcard.id));
}

TEST_F(Names, a_wildcard_stands_for_one_label) {
  put(summary({"*.a.example"}));
  EXPECT_EQ(best("x.y.a.example"), std::nullopt);
  EXPECT_EQ(best("a.example"), std::nullopt);
  EXPECT_EQ(best("example"), std::nullopt);
}

TEST_F(Names, A6_an_expired_one_never_beats_a_valid_one) {
  const auto expired = put(summary({"www.a.example"}, days(-90), days(-1)));
  const auto coming = put(summary({"www.a.example"}, days(1), days(90)));
  const auto wildcard = put(summary({"*.a.example"}));
  EXPECT_THAT(order("www.a.example"), ElementsAre(wildcard.id, coming.id, expired.id));
}

TEST_F(Names, the_newest_start_wins_then_the_latest_end) {
  const auto old = put(summary({"a.example"}, days(-9), days(99)));
  const auto shorter = put(summary({"a.example"}, days(-3), days(30)));
  const auto longer = put(summary({"a.example"}, days(-3), days(60)));
  EXPECT_THAT(order("a.example"), ElementsAre(longer.id, shorter.id, old.id));
}

TEST_F(Names, ecdsa_comes_before_rsa_where_the_client_takes_both) {
  const auto ecdsa = put(summary({"a.example"}, days(-9)));
  const auto rsa = put(summary({"a.example"}, days(-1), days(90), KeyAlgorithm::rsa));
  EXPECT_EQ(best("a.example"), ecdsa.id);
  EXPECT_EQ(best("a.example", {.ecdsa = false, .rsa = true}), rsa.id);
  EXPECT_EQ(best("a.example", {.ecdsa = true, .rsa = false}), ecdsa.id);
  EXPECT_EQ(best("a.example", {.ecdsa = false, .rsa = false}), ecdsa.id) << "it tells us nothing";
}

TEST_F(Names, a_key_that_the_client_does_not_take_is_no_candidate) {
  put(summary({"a.example"}, days(-1), days(90), KeyAlgorithm::rsa));
  EXPECT_EQ(best("a.example", {.ecdsa = true, .rsa = false}), std::nullopt);
}

TEST_F(Names, what_is_skipped_gives_way_to_the_next) {
  const auto exact = put(summary({"www.a.example"}));
  const auto wildcard = put(summary({"*.a.example"}));
  const auto found = index.best(ServerName::parse("www.a.example").value(), {}, second_of(kNow),
                                [&](const NameCandidate& one) { return one.id == exact.id; });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, wildcard.id);
  EXPECT_TRUE(found->wildcard);
}

TEST_F(Names, only_the_machines_certificates_for_servers_answer) {
  auto users = summary({"a.example"});
  users.owner = Owner::parse("user:ops").value();
  put(users);
  auto clients = summary({"a.example"});
  clients.server = false;
  put(clients);
  auto odd = summary({"a.example"});
  odd.key_algorithm = std::nullopt;
  put(odd);
  put(summary({"a.example"}, days(-1), days(90), KeyAlgorithm::ed25519));
  EXPECT_TRUE(index.empty());
}

TEST_F(Names, a_replaced_record_answers_for_its_new_names_only) {
  auto record = put(summary({"a.example", "b.example"}));
  record.names = {"b.example", "c.example"};
  record.sha256.fill(0xab);
  put(record);
  EXPECT_EQ(best("a.example"), std::nullopt);
  const auto found = index.candidates(ServerName::parse("b.example").value(), {}, second_of(kNow));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().tag, tag_of(record.sha256));
  EXPECT_EQ(tag_text(found.front().tag), "abababababababab");
  EXPECT_EQ(best("c.example"), record.id);
}

TEST_F(Names, a_removed_record_does_not_answer_and_the_index_that_was_copied_stays) {
  const auto record = put(summary({"a.example"}));
  NameIndex after = index;
  after.remove(record.id);
  EXPECT_TRUE(after.empty());
  EXPECT_EQ(best("a.example"), record.id);
  after.remove(record.id);  // again is nothing
}

TEST_F(Names, times_beyond_what_is_kept_are_the_first_and_the_last) {
  EXPECT_EQ(second_of(WallTime{} - std::chrono::years(10)), 0u);
  EXPECT_EQ(second_of(WallTime{} + std::chrono::years(200)), UINT32_MAX);
  EXPECT_EQ(second_of(WallTime{} + 5s + 900ms), 5u);
}

// Random changes, with an index that is copied now and then, against a list that is searched.
TEST_F(Names, hold_what_a_simple_list_would) {
  std::mt19937 random(7);
  std::map<RecordId, RecordSummary> model;
  const auto some_name = [&] {
    const auto number = random() % 40;
    return fmt::format("{}{}.example", random() % 3 == 0 ? "*." : "a.", number);
  };
  const auto some_record = [&]() -> RecordSummary {
    auto made = summary({some_name()}, days(-1 - static_cast<int>(random() % 9)),
                        days(static_cast<int>(random() % 9) - 4),
                        random() % 2 == 0 ? KeyAlgorithm::ecdsa : KeyAlgorithm::rsa);
    if (random() % 2 == 0) made.names.push_back(some_name());
    return made;
  };
  for (int step = 0; step < 3000; ++step) {
    auto known = model.begin();
    if (!model.empty()) std::advance(known, random() % model.size());
    const auto what = model.empty() ? 0 : random() % 4;
    if (what == 0 && model.size() > 100) {
      index.remove(known->first);
      model.erase(known);
    } else {
      auto record = some_record();
      if (what == 1) record.id = known->first;
      index.put(record);
      model.insert_or_assign(record.id, record);
    }
    if (step % 100 == 0) index = NameIndex(index);
    const auto asked = fmt::format("a.{}.example", random() % 40);
    std::vector<RecordId> expected;
    for (const auto& [id, record] : model) {
      for (const auto& name : record.names) {
        if (name == asked || name == "*." + asked.substr(2)) expected.push_back(id);
      }
    }
    ASSERT_THAT(order(asked), ::testing::UnorderedElementsAreArray(expected)) << asked;
  }
}

TEST_F(Names, built_at_once_are_those_that_were_put_one_by_one) {
  NameIndex::Builder builder;
  std::vector<RecordSummary> all;
  for (int i = 0; i < 2000; ++i) {
    all.push_back(summary({fmt::format("n{}.example", i), fmt::format("*.n{}.example", i)}));
    builder.add(all.back());
  }
  index = builder.take();
  EXPECT_EQ(index.names(), 4000u);
  EXPECT_EQ(best("n77.example"), all[77].id);
  EXPECT_EQ(best("x.n1999.example"), all[1999].id);
  index.remove(all[77].id);
  EXPECT_THAT(order("n77.example"), IsEmpty());
  EXPECT_EQ(index.names(), 3998u);
}

}  // namespace
}  // namespace gatehouse::certs
