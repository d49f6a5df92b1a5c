#include "control/authorities/trusted_cas.h"

#include <gmock/gmock.h>

#include "certs/authority/testing/authority_fixture.h"

namespace gatehouse::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::Not;
using ::testing::NotNull;

class TrustedCasTest : public certs::testing::AuthorityFixture {
 protected:
  TrustedCasTest() { init(); }

  TrustedCas& cas() {
    if (!cas_) {
      cas_.emplace(TrustedCas::Parts{
          .reactor = reactor, .events = events, .authorities = authorities(), .state = state});
    }
    return *cas_;
  }
  Result<certs::TrustedCa> ca(std::string text = "plant") { return run(cas().ca(text)); }
  std::vector<certs::TrustRole> roles() {
    std::vector<certs::TrustRole> all;
    for (const auto& root : ca().value().roots) all.push_back(root.role);
    return all;
  }
  static crypto::CertificateNames names(std::vector<std::string_view> hosts) {
    crypto::CertificateNames all;
    for (const auto text : hosts) {
      auto name = host(text);
      if (name.base().is_address()) {
        all.addresses.push_back(name.base());
      } else {
        all.dns.push_back(std::move(name));
      }
    }
    return all;
  }
  static ServedIdentity served(crypto::Identity identity) {
    auto of_it = identity.leaf().names();
    auto subject = identity.leaf().subject();
    return {std::move(identity),           std::move(of_it), std::move(subject), nullptr,
            ServedIdentity::Origin::store, "store, x"};
  }
  io::Task<bool> refreshed() {
    co_await cas().refresh();
    co_return true;
  }
  void refresh() { EXPECT_TRUE(run(refreshed())); }
  std::string page() {
    const auto content = state->page("plant");
    return content ? content
                         ->reply({.path = kTrustPath,
                                  .host = "a.plant4.local",
                                  .peer = "192.0.2.1",
                                  .user_agent = "Windows",
                                  .tls = true})
                         .body
                   : "";
  }

  EventLogOptions quiet{.fd = -1};
  EventLog events{quiet, clock};
  std::shared_ptr<TrustState> state = std::make_shared<TrustState>();

 private:
  std::optional<TrustedCas> cas_;
};

TEST_F(TrustedCasTest, a_next_root_is_shared_behind_the_active_one_until_it_takes_over_I14) {
  using enum certs::TrustRole;
  EXPECT_THAT(roles(), ElementsAre(active));
  must(run(authorities().add_next_root(name(), "gate1", cause(), soon())));
  EXPECT_THAT(roles(), ElementsAre(active, next));
  issue(server_request({"a.plant4.local"}));
  must(run(authorities().trust_next_root(name(), "", cause(), soon())));
  EXPECT_THAT(roles(), ElementsAre(active, retired));
  EXPECT_EQ(ca()->active(), get().active_root().certificate);
  clock.advance(std::chrono::days{91});
  EXPECT_THAT(roles(), ElementsAre(active)) << "nothing below the other one lives";
}

TEST_F(TrustedCasTest, one_that_is_not_there_is_said_not_to_be) {
  EXPECT_EQ(ca("nobody").error().kind, ErrorKind::not_found);
  EXPECT_FALSE(ca("A B"));
}

TEST_F(TrustedCasTest, the_live_test_has_a_certificate_of_the_ca_for_names_of_the_machine_I14) {
  const auto probe =
      run(cas().probe("plant", names({"gate1", "gate1.plant4.local", "10.20.0.7", "192.0.2.1"}),
                      std::chrono::hours{2}));
  ASSERT_TRUE(probe) << probe.error().what;
  EXPECT_THAT(probe->leaf().names().texts(), ElementsAre("gate1.plant4.local", "10.20.0.7"));
  EXPECT_EQ(probe->leaf().not_after(), clock.wall() + std::chrono::hours{2});
  EXPECT_TRUE(probe->chain.at(1).is_issued_by(get().active_root().certificate));
  EXPECT_EQ(issued().front().issued.cause.who, "trust page");
}

TEST_F(TrustedCasTest, a_ca_that_may_certify_no_name_of_the_machine_has_no_live_test) {
  const auto probe =
      run(cas().probe("plant", names({"gate1", "192.0.2.1"}), std::chrono::hours{2}));
  ASSERT_FALSE(probe);
  EXPECT_EQ(probe.error().kind, ErrorKind::not_permitted);
  EXPECT_TRUE(issued().empty());
}

TEST_F(TrustedCasTest, sites_with_its_certificates_have_its_page_and_others_have_none_I14) {
  const auto ours = issue(server_request({"a.plant4.local"}));
  EXPECT_THAT(cas().page_of(served(ours.identity)), NotNull());
  EXPECT_EQ(cas().page_of(served(ours.identity)), cas().page_of(served(ours.identity)));
  const crypto::testing::Ca other;
  EXPECT_THAT(cas().page_of(served(other.serve({"a.plant4.local"}))), IsNull());
}

TEST_F(TrustedCasTest, pages_follow_the_roots) {
  EXPECT_EQ(page(), "");
  refresh();
  EXPECT_THAT(page(), Not(HasSubstr("the next root")));
  must(run(authorities().add_next_root(name(), "gate1", cause(), soon())));
  refresh();
  EXPECT_THAT(page(), HasSubstr("the next root, which signs nothing yet"));
}

}  // namespace
}  // namespace gatehouse::control
