#include "certs/store/find.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/record_codec.h"
#include "certs/store/store_keys.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::identity;
using testing::kNow;

class Find : public testing::StoreFixture {
 protected:
  // The names of the candidates, from better to worse; or the error.
  std::vector<std::string> found(std::string_view selector) {
    const auto choice = find(selector);
    if (!choice) return {choice.error().what};
    std::vector<std::string> names;
    for (const auto& candidate : choice->candidates) names.push_back(candidate.record.name.text());
    return names;
  }
  // Of a record that nobody asks for.
  void put_summary(const std::string& name) {
    const RecordSummary summary{.id = RecordId::random(), .names = {name}, .not_after = kNow};
    must(run(memory.commit(
        {{}, {kv::Put{keys::summary(Shelf::identities, summary.id), encode_summary(summary)}}},
        soon())));
  }
};

TEST_F(Find, A6_by_name_exactly) {
  put("www", identity({"a.example"}));
  put("www2", identity({"b.example"}));
  EXPECT_THAT(found("name:www"), ElementsAre("www"));
  EXPECT_THAT(found("name:ww"), ElementsAre(HasSubstr("no certificate on the shelf identities")));
  EXPECT_THAT(found("name:WWW"), ElementsAre(HasSubstr("no certificate")));
}

TEST_F(Find, I3_by_thumbprint_whole_or_in_part_of_either_digest) {
  const Record a = put("a", identity({"a.example"}));
  put("b", identity({"b.example"}));
  const std::string sha1 = crypto::hex(a.sha1);
  const std::string sha256 = crypto::hex(a.sha256);
  for (const std::string& digits : {sha1, sha256, sha1.substr(0, 12), sha256.substr(0, 12),
                                    sha1.substr(0, 39), sha256.substr(0, 41)}) {
    EXPECT_THAT(found("thumbprint:" + digits), ElementsAre("a")) << digits;
  }
}

TEST_F(Find, I3_one_certificate_for_two_owners_is_no_ambiguity) {
  const auto content = identity({"a.example"});
  const Record mine = put("mine", content);
  put({.content = content, .owner = Owner::parse("user:ops").value()});
  EXPECT_THAT(found("thumbprint:" + crypto::hex(mine.sha256).substr(0, 10)), ElementsAre("mine"));
}

TEST_F(Find, A6_by_subject_the_newest_valid_wins) {
  put("old", identity({"fe.example"}, {-80, 10}));
  put("new", identity({"fe.example"}, {-2, 88}));
  put("expired", identity({"fe.example"}, {-1, -1}));
  put("other", identity({"be.example"}));
  EXPECT_THAT(found("CN=fe.example"), ElementsAre("new", "old", "expired"));
  EXPECT_THAT(found("subject:FE.Example"), ElementsAre("new", "old", "expired"));
  EXPECT_THAT(found("CN=fe.example,O=Example"), ElementsAre(HasSubstr("no certificate")));
  clock.advance(std::chrono::days(20));
  EXPECT_THAT(found("CN=fe.example"), ElementsAre("new", "expired", "old"));
  for (const std::size_t loser : {1, 2}) {
    EXPECT_THAT(find("CN=fe.example")->candidates[loser].reason, HasSubstr("expired on"));
  }
}

TEST_F(Find, A6_by_a_subject_without_a_common_name) {
  auto spec = testing::leaf_spec({"a.example"});
  spec.organization = "Example AG";
  put("a", crypto::Identity{{testing::self_signed(spec)}, testing::some_key()});
  put("b", identity({"b.example"}));
  EXPECT_THAT(found("O = example ag"), ElementsAre("a"));
  EXPECT_THAT(found("O=Example"), ElementsAre(HasSubstr("no certificate")));
}

TEST_F(Find, A6_by_server_name_among_more_than_a_page) {
  for (int i = 0; i < 1100; ++i) put_summary(fmt::format("other{}.example", i));
  put("wild", identity({"*.example.org"}));
  put("exact", identity({"www.example.org", "192.0.2.7"}, {-2, 88}));
  EXPECT_THAT(found("san:www.example.org"), ElementsAre("wild", "exact"));
  EXPECT_THAT(found("san:192.0.2.7"), ElementsAre("exact"));
  EXPECT_THAT(found("san:*.example.org"), ElementsAre("wild"));
  EXPECT_THAT(found("san:a.b.example.org"), ElementsAre(HasSubstr("no certificate")));
}

TEST_F(Find, A6_what_an_index_leads_to_is_looked_at_again) {
  // Two common names whose entries lie beside each other are still two names.
  put("a", identity({"a.example"}));
  EXPECT_THAT(found("CN=a.exampl"), ElementsAre(HasSubstr("no certificate")));
}

}  // namespace
}  // namespace gatehouse::certs
