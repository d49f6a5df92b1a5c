#include "control/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/testing/snapshots_fixture.h"

namespace gatehouse::control {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using testing::Snapshots;

TEST_F(Snapshots, lead_names_to_their_sites) {
  const auto made = build(
      "version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n"
      "  b.localhost: http://127.0.0.1:2\n");
  EXPECT_THAT(addresses(*made), ElementsAre("[::]:443", "[::]:80"));
  const auto* tls = plan(*made, "[::]:443");
  EXPECT_EQ(site_at(tls, "a.localhost"), "a.localhost");
  EXPECT_EQ(site_at(tls, "b.localhost"), "b.localhost");
  EXPECT_EQ(site_at(tls, "c.localhost"), "");
  EXPECT_NE(tls->bindings->find(ServerName::parse("a.localhost").value()), nullptr);
}

TEST_F(Snapshots, M13_a_site_for_every_name_takes_what_nobody_else_has) {
  const auto made = build(
      "version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n"
      "  rest: {names: [\"*\"], upstreams: http://127.0.0.1:2}\n");
  const auto* tls = plan(*made, "[::]:443");
  EXPECT_EQ(site_at(tls, "a.localhost"), "a.localhost");
  EXPECT_EQ(site_at(tls, "unknown.example"), "rest");
}

TEST_F(Snapshots, M13_unknown_names_and_no_name_can_be_refused) {
  const auto made = build(
      "version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n"
      "listeners: {\":443\": {unknown_names: refuse, no_name: refuse}}\n");
  const auto* tls = plan(*made, "[::]:443");
  EXPECT_EQ(tls->bindings->find(ServerName::parse("b.localhost").value()), nullptr);
  EXPECT_EQ(tls->bindings->find(std::nullopt), nullptr);
  EXPECT_NE(tls->bindings->find(ServerName::parse("a.localhost").value()), nullptr);
}

TEST_F(Snapshots, F12_plain_http_on_loopback_alone_listens_nowhere_else) {
  const auto made = build(
      "version: 1\nsites:\n  a.localhost:\n    upstreams: http://127.0.0.1:1\n"
      "    http: {external: refuse, loopback: keep}\n");
  EXPECT_THAT(addresses(*made), ElementsAre("127.0.0.1:80", "[::1]:80", "[::]:443"));
}

TEST_F(Snapshots, F10_localhost_leads_to_the_site_that_keeps_loopback) {
  const auto made = build("version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n");
  const auto* plain = plan(*made, "[::]:80");
  EXPECT_EQ(site_at(plain, "localhost"), "a.localhost");
  EXPECT_EQ(site_at(plain, "127.0.0.1"), "a.localhost");
}

TEST_F(Snapshots, F10_localhost_stays_with_the_site_that_lists_it) {
  const auto made = build(
      "version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n"
      "  z.localhost: {names: [z.localhost, localhost]}\n");
  EXPECT_EQ(site_at(plan(*made, "[::]:80"), "localhost"), "z.localhost");
}

TEST_F(Snapshots, a_site_that_is_not_enabled_is_reached_by_no_binding) {
  const std::string sites =
      "version: 1\nsites:\n  a.localhost: {upstreams: http://127.0.0.1:1, enabled: false}\n"
      "  b.localhost: http://127.0.0.1:2\n";
  const auto named =
      build(sites + "bindings: {c: {at: [\"c.localhost:443\"], site: a.localhost}}\n");
  EXPECT_EQ(site_at(plan(*named, "[::]:443"), "c.localhost"), "");
  const auto whole =
      build(sites + "bindings: {c: {at: [\"127.0.0.1:8443\"], site: a.localhost}}\n");
  EXPECT_EQ(site_at(plan(*whole, "127.0.0.1:8443"), "a.localhost"), "");
  EXPECT_EQ(site_at(plan(*whole, "127.0.0.1:8443"), "b.localhost"), "") << "another is meant";
  const auto all = build(sites + "bindings: {c: {at: [\"127.0.0.1:8443\"]}}\n");
  EXPECT_EQ(site_at(plan(*all, "127.0.0.1:8443"), "a.localhost"), "");
  EXPECT_EQ(site_at(plan(*all, "127.0.0.1:8443"), "b.localhost"), "b.localhost");
}

TEST_F(Snapshots, share_a_site_that_did_not_change) {
  const auto before = build("version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n");
  const auto after = build(
      "version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n"
      "  b.localhost: http://127.0.0.1:2\n");
  EXPECT_EQ(plan(*before, "[::]:443")->routes->find("a.localhost"),
            plan(*after, "[::]:443")->routes->find("a.localhost"));
}

TEST_F(Snapshots, make_a_site_anew_that_changed) {
  const auto before = build("version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n");
  const auto after = build("version: 1\nsites:\n  a.localhost: http://127.0.0.1:2\n");
  EXPECT_NE(plan(*before, "[::]:443")->routes->find("a.localhost"),
            plan(*after, "[::]:443")->routes->find("a.localhost"));
}

TEST_F(Snapshots, know_a_listener_by_the_same_number_for_good) {
  const auto before = build("version: 1\nsites:\n  b.localhost: {listen: [\":444\"]}\n");
  const auto after = build(
      "version: 1\nsites:\n  a.localhost: {listen: [\":443\"]}\n"
      "  b.localhost: {listen: [\":444\"]}\n");
  const auto id = [](const edge::Snapshot& of) {
    for (const auto& [number, plan] : of.listeners) {
      if (plan.address.port() == 444) return number;
    }
    return edge::ListenerId{99};
  };
  EXPECT_EQ(id(*before), id(*after));
}

TEST_F(Snapshots, I6_an_address_can_have_a_certificate_of_its_own) {
  const auto made = build(
      "version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n"
      "bindings:\n  box: {at: [\"127.0.0.1:443\"], site: a.localhost}\n");
  const auto* box = plan(*made, "127.0.0.1:443");
  ASSERT_NE(box, nullptr);
  EXPECT_EQ(site_at(box, "whatever.example"), "a.localhost");
  EXPECT_NE(box->bindings->find(ServerName::parse("whatever.example").value()), nullptr);
}

bool has_trust_page(const edge::ListenerPlan* plan, std::string_view host,
                    edge::Arrival arrival = edge::Arrival::tls) {
  http::RequestHead request;
  request.path = "/.well-known/gatehouse/trust";
  return std::holds_alternative<edge::Own>(plan->routes->find(host)->decide(request, arrival));
}

TEST_F(Snapshots, I14_have_the_trust_page_where_the_local_ca_certifies) {
  const auto made = build("version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n");
  EXPECT_TRUE(has_trust_page(plan(*made, "[::]:443"), "a.localhost"));
  EXPECT_FALSE(
      has_trust_page(plan(*made, "[::]:80"), "a.localhost", edge::Arrival::plain_loopback));
}

TEST_F(Snapshots, have_no_trust_page_where_another_certificate_answers) {
  const auto made = build(
      "version: 1\nsites:\n  a.localhost: http://127.0.0.1:1\n"
      "  outside.example: http://127.0.0.1:2\n");
  const auto* tls = plan(*made, "[::]:443");
  EXPECT_TRUE(has_trust_page(tls, "a.localhost"));
  // The local CA may not certify it, so a self-signed certificate answers.
  EXPECT_FALSE(has_trust_page(tls, "outside.example"));
}

TEST_F(Snapshots, the_limit_of_connections_is_shared_by_the_workers) {
  EXPECT_EQ(build("version: 1\n")->most_connections_per_worker, 50U);
  EXPECT_EQ(build("version: 1\nlimits: {connections: 10}\n")->most_connections_per_worker, 5U);
}

TEST_F(Snapshots, A1_an_identity_is_there_before_the_first_site) {
  (void)build("version: 1\n");
  EXPECT_NE(identities_->standard, nullptr);
}

TEST_F(Snapshots, the_default_identity_holds_no_more_names_than_it_should) {
  std::string many = "version: 1\nsites:\n";
  for (int i = 0; i < 130; ++i) many += fmt::format("  s{}.localhost: http://127.0.0.1:1\n", i);
  (void)build(many);
  EXPECT_EQ(identities_->names_left_out, 30U);
}

TEST_F(Snapshots, share_the_tables_entries_of_sites_that_did_not_change) {
  std::string many = "version: 1\nsites:\n";
  for (int i = 0; i < 200; ++i) many += fmt::format("  s{:03}.localhost: http://127.0.0.1:1\n", i);
  const auto before = build(many);
  const auto after = build(many + "  t.localhost: http://127.0.0.1:1\n");
  const auto answer = [this](const edge::Snapshot& of, std::string_view name) {
    return plan(of, "[::]:443")->bindings->find_named(ServerName::parse(name).value());
  };
  std::size_t shared = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string name = fmt::format("s{:03}.localhost", i);
    if (answer(*before, name) == answer(*after, name)) ++shared;
  }
  EXPECT_GT(shared, 100U);
  EXPECT_EQ(site_at(plan(*after, "[::]:443"), "t.localhost"), "t.localhost");
  EXPECT_EQ(site_at(plan(*before, "[::]:443"), "t.localhost"), "");
}

}  // namespace
}  // namespace gatehouse::control
