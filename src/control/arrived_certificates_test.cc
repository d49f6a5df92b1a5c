#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/testing/control_plane_fixture.h"
#include "crypto/testing/chains.h"

// Certificates of the store that no site names: they answer by their names alone.
namespace gatehouse::control {
namespace {

using certs::testing::identity;
using certs::testing::Life;
using ::testing::AllOf;
using testing::Answer;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::StoredCertificatesInForce;

class ArrivedCertificates : public StoredCertificatesInForce {
 protected:
  ArrivedCertificates() { EXPECT_TRUE(change(with_site("shop.example"))->applied()); }

  certs::Record arrive(const std::string& name, const crypto::Identity& identity) {
    auto record = stored_.put(name, identity);
    auto next =
        names_ ? std::make_shared<certs::NameIndex>(*names_) : std::make_shared<certs::NameIndex>();
    next->put(certs::summary_of(record));
    names_ = std::move(next);
    return record;
  }
  Answer take_up(const certs::Record& record) {
    prover_.asked = 0;
    prover_.last.reset();
    return run(plane_.take_up_store("an import", {"root", 0}, {record}));
  }
  // What the plan says of a certificate that is not dialled.
  std::string told_of(const certs::Record& record) {
    const Answer done = take_up(record);
    EXPECT_TRUE(done && done->applied() && done->plan_size() == 1);
    EXPECT_EQ(prover_.asked, 0);
    return done && done->plan_size() == 1 ? done->plan(0).text() : "";
  }
  check::TlsPlan dialled() const { return std::get<check::TlsPlan>(prover_.last.value().plan); }
};

TEST_F(ArrivedCertificates, A14_what_answers_by_its_name_is_dialled_by_it) {
  const auto record = arrive("shop", identity({"other.example", "shop.example"}));
  const Answer done = take_up(record);
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(prover_.asked, 1);
  EXPECT_EQ(dialled().name.text(), "shop.example");
  EXPECT_EQ(dialled().leaf, record.sha256);
  EXPECT_FALSE(dialled().or_any_with_the_name);
  ASSERT_EQ(done->plan_size(), 1);
  EXPECT_EQ(done->plan(0).text(), "https://shop.example answers with this certificate");
  EXPECT_EQ(done->plan(0).state(), "done");
  EXPECT_EQ(done->proofs_size(), 1);
  EXPECT_EQ(plane_.in_force().snapshot->names, names_);
}

TEST_F(ArrivedCertificates, A14_if_another_one_answers_the_change_is_to_be_undone) {
  const auto record = arrive("shop", identity({"shop.example"}));
  prover_.as_planned = false;
  const Answer done = take_up(record);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->rolled_back());
  EXPECT_FALSE(done->applied());
  EXPECT_EQ(done->plan(0).state(), "failed");
  EXPECT_EQ(done->proofs_size(), 1);
}

TEST_F(ArrivedCertificates, clients_are_taken_to_trust_what_this_machine_does) {
  const crypto::testing::Ca company;
  machine_anchors_ = {company.root};
  ASSERT_TRUE(take_up(arrive("shop", identity({"shop.example"})))->applied());
  EXPECT_THAT(prover_.trusted, Contains(company.root));
}

TEST_F(ArrivedCertificates, below_a_wildcard_an_example_is_dialled) {
  ASSERT_TRUE(change(with_site("*.shop.example"))->applied());
  ASSERT_TRUE(take_up(arrive("shops", identity({"*.shop.example"})))->applied());
  EXPECT_EQ(dialled().name.text(), "www.shop.example");
}

TEST_F(ArrivedCertificates, one_that_another_comes_before_is_told_why) {
  arrive("new", identity({"shop.example"}, Life{-1, 90}));
  EXPECT_THAT(told_of(arrive("old", identity({"shop.example"}, Life{-20, 90}))),
              AllOf(HasSubstr("https://shop.example is answered by another certificate"),
                    HasSubstr("this one is older")));
  EXPECT_THAT(told_of(arrive("later", identity({"shop.example"}, Life{5, 90}))),
              HasSubstr("until this one is valid, from "));
}

TEST_F(ArrivedCertificates, M12_rsa_beside_ecdsa_is_dialled_as_by_those_who_need_it) {
  arrive("usual", identity({"shop.example"}));
  const Answer done = take_up(arrive("old", certs::testing::rsa_identity({"shop.example"})));
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(prover_.asked, 1);
  EXPECT_TRUE(dialled().rsa_only);
  EXPECT_THAT(done->plan(0).text(), HasSubstr("nothing but RSA"));
}

TEST_F(ArrivedCertificates, a_name_that_nobody_published_is_told) {
  EXPECT_EQ(told_of(arrive("blog", identity({"blog.example"}))),
            "no site has blog.example yet, so nobody is answered with this certificate: gatehouse "
            "add blog.example UPSTREAM publishes it");
}

TEST_F(ArrivedCertificates, a_name_that_has_its_certificate_keeps_it) {
  arrive("mine", identity({"blog.example"}));
  ASSERT_TRUE(change(with_selector("blog.example", "mine"))->applied());
  EXPECT_THAT(told_of(arrive("other", identity({"blog.example"}))),
              HasSubstr("https://blog.example has a certificate bound to it"));
}

TEST_F(ArrivedCertificates, what_a_site_names_is_proven_with_the_site) {
  const auto record = arrive("mine", identity({"blog.example"}));
  ASSERT_TRUE(change(with_selector("blog.example", "mine"))->applied());
  const Answer done = take_up(record);
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(done->plan_size(), 0);
  EXPECT_EQ(prover_.asked, 0);
}

TEST_F(ArrivedCertificates, one_for_clients_is_nobody_s_answer) {
  const Answer done =
      take_up(arrive("fe", identity({"shop.example"}, {}, crypto::Purpose::client)));
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(done->plan_size(), 0);
}

}  // namespace
}  // namespace gatehouse::control
