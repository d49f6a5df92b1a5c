#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/testing/control_plane_fixture.h"

namespace gatehouse::control {
namespace {

using certs::testing::identity;
using certs::testing::Life;
using ::testing::AllOf;
using testing::Answer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StoredCertificatesInForce;

TEST_F(StoredCertificatesInForce, F3_answer_for_the_sites_that_name_them) {
  const auto record = stored_.put("shop", identity({"shop.example"}));
  const Answer done = change(with_selector("shop.example", "shop"));
  ASSERT_TRUE(done && done->applied()) << (done ? done->DebugString() : done.error().what);
  EXPECT_EQ(answering("shop.example"), record.leaf());
  EXPECT_NE(answering("file.localhost"), record.leaf());
}

TEST_F(StoredCertificatesInForce, F3_one_that_is_not_there_is_an_error_that_names_the_remedy) {
  const Answer done = change(with_selector("shop.example", "shop"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::not_found);
  EXPECT_THAT(done.error().what, AllOf(HasSubstr("name \"shop\""), HasSubstr("cert import")));
  EXPECT_THAT(site_names(), ElementsAre("file.localhost"));
}

TEST_F(StoredCertificatesInForce, A2_one_for_clients_is_refused_with_the_reason) {
  stored_.put("fe", identity({"fe.example"}, {}, crypto::Purpose::client));
  const Answer done = change(with_selector("fe.example", "fe"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::invalid);
  EXPECT_THAT(done.error().what, HasSubstr("serverAuth"));
}

TEST_F(StoredCertificatesInForce, a_replaced_one_is_served_once_it_is_taken_up) {
  const auto before = stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  const auto then = revision();
  const auto after = stored_.replace(before.id, identity({"shop.example"}, Life{0, 200}));
  EXPECT_EQ(answering("shop.example"), before.leaf());
  const Answer done = take_up();
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(answering("shop.example"), after.leaf());
  ASSERT_EQ(done->plan_size(), 1);
  EXPECT_THAT(done->plan(0).text(),
              AllOf(HasSubstr("answers for shop.example"), HasSubstr("store, shop")));
  EXPECT_EQ(done->proofs_size(), 2) << "its TLS and its plain HTTP, and no other site";
  EXPECT_EQ(revision(), then) << "the configuration is the same";
  EXPECT_THAT(events_seen_, Contains("certificate"));
}

TEST_F(StoredCertificatesInForce, nothing_happens_when_nothing_is_otherwise) {
  stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  const auto snapshot = plane_.in_force().snapshot;
  stored_.put("other", identity({"other.example"}));
  const Answer done = take_up();
  EXPECT_TRUE(done && done->applied());
  EXPECT_EQ(done->plan_size(), 0);
  EXPECT_EQ(plane_.in_force().snapshot, snapshot);
}

TEST_F(StoredCertificatesInForce, the_one_before_is_back_if_the_proof_fails) {
  const auto before = stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  stored_.replace(before.id, identity({"shop.example"}, Life{0, 200}));
  prover_.as_planned = false;
  const Answer done = take_up();
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->rolled_back());
  EXPECT_EQ(answering("shop.example"), before.leaf());
}

TEST_F(StoredCertificatesInForce, A6_the_newest_valid_one_with_a_subject_wins) {
  stored_.put("old", identity({"shop.example"}, Life{-20, 20}));
  const auto newer = stored_.put("new", identity({"shop.example"}, Life{-10, 10}));
  stored_.put("later", identity({"shop.example"}, Life{5, 90}));
  api::ChangeRequest request = with_site("shop.example");
  request.mutable_edits(0)->mutable_set_site()->mutable_site()->mutable_certificate()->set_san(
      "shop.example");
  ASSERT_TRUE(change(request)->applied());
  EXPECT_EQ(answering("shop.example"), newer.leaf());
}

TEST_F(StoredCertificatesInForce, one_that_is_used_is_not_removed_and_says_by_whom) {
  const auto record = stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  const auto removed = stored_.remove(record.id);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::conflict);
  EXPECT_THAT(removed.error().what, HasSubstr("site shop.example"));
}

TEST_F(StoredCertificatesInForce, A5_a_published_name_that_the_certificate_lacks_is_a_finding) {
  stored_.put("shop", identity({"shop.example"}));
  api::ChangeRequest request = with_selector("shop.example", "shop");
  api::Site& site = *request.mutable_edits(0)->mutable_set_site()->mutable_site();
  site.add_names("shop.example");
  const auto warnings = [this] {
    std::vector<std::string> about;
    const api::Status status = plane_.status();
    for (const api::Finding& one : status.findings()) {
      if (one.about() == "shop.example") about.push_back(one.sentence());
    }
    return about;
  };
  ASSERT_TRUE(change(request)->applied());
  EXPECT_THAT(warnings(), ::testing::IsEmpty());
  site.add_names("www.shop.example");
  ASSERT_TRUE(change(request)->applied());
  EXPECT_THAT(warnings(), ElementsAre(AllOf(HasSubstr("publishes www.shop.example"),
                                            HasSubstr("does not hold"))));
  site.set_names(1, "*.shop.example");
  ASSERT_TRUE(change(request)->applied());
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("publishes *.shop.example")));
}

TEST_F(StoredCertificatesInForce, one_that_somebody_has_to_renew_is_told_of_in_time) {
  stored_.put("shop", identity({"shop.example"}, Life{-80, 10}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  const api::Status status = plane_.status();
  const auto found = std::ranges::find_if(status.findings(), [](const api::Finding& one) {
    return one.sentence().find("of the life of the certificate") != std::string::npos;
  });
  ASSERT_NE(found, status.findings().end());
  EXPECT_EQ(found->severity(), "warning");
  EXPECT_THAT(found->remedy(), HasSubstr("gatehouse cert import FILE --replace NAME"));
}

TEST_F(StoredCertificatesInForce, I9_the_users_of_one_are_all_told_and_follow_each_change) {
  const auto record = stored_.put("shop", identity({"shop.example", "www.shop.example"}));
  EXPECT_THAT(plane_.users_of(record.id), ::testing::IsEmpty());
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  EXPECT_THAT(plane_.users_of(record.id), ElementsAre("site shop.example"));
  ASSERT_TRUE(change(with_selector("www.shop.example", "shop"))->applied());
  EXPECT_THAT(plane_.users_of(record.id),
              ElementsAre("site shop.example", "site www.shop.example"));
  api::ChangeRequest without;
  without.add_edits()->set_remove_site("shop.example");
  ASSERT_TRUE(change(without)->applied());
  EXPECT_THAT(plane_.users_of(record.id), ElementsAre("site www.shop.example"));
}

class TwoCertificates : public StoredCertificatesInForce {
 protected:
  static api::ChangeRequest with_both(const std::string& first, const std::string& second) {
    api::ChangeRequest request = with_selector("shop.example", first);
    request.mutable_edits(0)
        ->mutable_set_site()
        ->mutable_site()
        ->mutable_second_certificate()
        ->set_name(second);
    return request;
  }
  const certs::Bound& bound(const std::string& name) const {
    for (const auto& [id, plan] : plane_.in_force().snapshot->listeners) {
      if (plan.bindings) return *plan.bindings->find(ServerName::parse(name).value());
    }
    std::abort();
  }
  std::string subject_for(certs::KeyWish wish) const {
    const auto& credential =
        bound("shop.example").pair->best(wish, certs::second_of(reactor.clock().wall()));
    for (const auto& served : plane_.in_force().identities->all()) {
      if (served->credential == credential) return served->origin_text;
    }
    return "nothing";
  }
};

TEST_F(TwoCertificates, M12_of_one_site_are_served_side_by_side_in_either_order) {
  stored_.put("shop", identity({"shop.example"}));
  stored_.put("shop-rsa", certs::testing::rsa_identity({"shop.example"}));
  for (const auto& request : {with_both("shop", "shop-rsa"), with_both("shop-rsa", "shop")}) {
    prover_.claims.clear();
    const Answer done = change(request);
    ASSERT_TRUE(done && done->applied()) << (done ? done->DebugString() : done.error().what);
    EXPECT_EQ(subject_for({.ecdsa = true, .rsa = true}), "store, shop");
    EXPECT_EQ(subject_for({.ecdsa = false, .rsa = true}), "store, shop-rsa");
    EXPECT_THAT(prover_.claims, ElementsAre("TLS", "TLS with RSA only", "plain"));
  }
  const std::string listed = plane_.sites("").DebugString();
  EXPECT_THAT(listed, HasSubstr("(store, shop) and "));
  EXPECT_THAT(listed, HasSubstr("(store, shop-rsa)"));
}

TEST_F(TwoCertificates, M12_with_keys_of_one_kind_are_refused_with_the_remedy) {
  stored_.put("shop", identity({"shop.example"}));
  stored_.put("other", identity({"shop.example"}, Life{0, 50}));
  const Answer done = change(with_both("shop", "other"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::invalid);
  EXPECT_THAT(done.error().what,
              AllOf(HasSubstr("neither has an RSA key"), HasSubstr("--key-type")));
}

TEST_F(TwoCertificates, a_replacement_of_the_second_is_taken_up_and_told) {
  stored_.put("shop", identity({"shop.example"}));
  const auto rsa = stored_.put("shop-rsa", certs::testing::rsa_identity({"shop.example"}));
  ASSERT_TRUE(change(with_both("shop", "shop-rsa"))->applied());
  stored_.replace(rsa.id, certs::testing::rsa_identity({"shop.example"}, Life{0, 200}));
  const Answer done = take_up();
  ASSERT_TRUE(done && done->applied());
  ASSERT_EQ(done->plan_size(), 1);
  EXPECT_THAT(done->plan(0).text(), HasSubstr("shop-rsa"));
  EXPECT_EQ(subject_for({.ecdsa = false, .rsa = true}), "store, shop-rsa");
}

TEST_F(TwoCertificates, a_replacement_that_makes_them_of_one_kind_leaves_the_first_in_service) {
  stored_.put("shop", identity({"shop.example"}));
  const auto rsa = stored_.put("shop-rsa", certs::testing::rsa_identity({"shop.example"}));
  ASSERT_TRUE(change(with_both("shop", "shop-rsa"))->applied());
  stored_.replace(rsa.id, identity({"shop.example"}, Life{0, 200}));
  const Answer done = take_up();
  ASSERT_TRUE(done && done->applied()) << (done ? done->DebugString() : done.error().what);
  EXPECT_EQ(bound("shop.example").pair, nullptr);
  EXPECT_TRUE(change(with_site("other.localhost"))->applied()) << "and other changes go on";
  EXPECT_EQ(answering("shop.example").names().texts(), std::vector<std::string>{"shop.example"});
}

TEST_F(TwoCertificates, both_are_in_use_and_neither_is_removed) {
  const auto first = stored_.put("shop", identity({"shop.example"}));
  const auto second = stored_.put("shop-rsa", certs::testing::rsa_identity({"shop.example"}));
  ASSERT_TRUE(change(with_both("shop", "shop-rsa"))->applied());
  EXPECT_FALSE(stored_.remove(first.id));
  EXPECT_FALSE(stored_.remove(second.id));
}

TEST_F(TwoCertificates, are_explained_with_who_gets_which) {
  stored_.put("shop", identity({"shop.example"}));
  stored_.put("shop-rsa", certs::testing::rsa_identity({"shop.example"}));
  ASSERT_TRUE(change(with_both("shop", "shop-rsa"))->applied());
  api::ExplainBindingRequest request;
  request.set_name("shop.example");
  const auto told = plane_.explain(request);
  ASSERT_TRUE(told);
  EXPECT_THAT(told->certificate(), HasSubstr("(store, shop)"));
  EXPECT_THAT(told->reasons(),
              Contains(AllOf(HasSubstr("nothing but RSA"), HasSubstr("shop-rsa"))));
}

}  // namespace
}  // namespace gatehouse::control
