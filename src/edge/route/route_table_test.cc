#include "edge/route/route_table.h"

#include <gtest/gtest.h>

namespace gatehouse::edge {
namespace {

void ask(http::RequestHead& request, std::string_view path, bool dots = false) {
  request.path = path;
  request.dot_segments = dots;
}

// Tells sets apart by the label of their one upstream.
Forward forward_to(std::uint32_t label) {
  auto set = std::make_shared<UpstreamSet>();
  set->members.push_back({UpstreamUrl::parse("http://127.0.0.1:3000").value(), label});
  return {std::move(set)};
}

std::uint32_t upstreams(const Site& site, std::string_view path) {
  http::RequestHead request;
  ask(request, path);
  const auto* forward = std::get_if<Forward>(&site.decide(request, Arrival::tls));
  return forward == nullptr ? 0 : forward->upstreams->members.front().label;
}

Site three_routes() {
  Site site("a", 0);
  site.add_route("/", forward_to(1));
  site.add_route("/api/v2", forward_to(3));
  site.add_route("/api", forward_to(2));
  return site;
}

TEST(Site, the_longest_prefix_wins_whatever_the_order_of_adding) {
  const Site site = three_routes();
  EXPECT_EQ(upstreams(site, "/"), 1u);
  EXPECT_EQ(upstreams(site, "/api/x"), 2u);
  EXPECT_EQ(upstreams(site, "/api/v2/x"), 3u);
}

TEST(Site, a_prefix_ends_at_a_segment) {
  const Site site = three_routes();
  EXPECT_EQ(upstreams(site, "/api"), 2u);
  EXPECT_EQ(upstreams(site, "/apix"), 1u);
  EXPECT_EQ(upstreams(site, "/api/v20"), 2u);
}

TEST(Site, a_question_about_the_whole_server_goes_to_the_default_route) {
  EXPECT_EQ(upstreams(three_routes(), "*"), 1u);
  EXPECT_EQ(upstreams(three_routes(), ""), 1u);
}

class NoContent final : public OwnContent {
 public:
  OwnReply reply(const OwnQuestion& /*question*/) const override { return {}; }
};

std::shared_ptr<const OwnRoute> own_route() {
  return std::make_shared<OwnRoute>("/.well-known/own", Own{std::make_shared<NoContent>()});
}

bool is_ours(const Site& site, std::string_view path, Arrival arrival = Arrival::tls) {
  http::RequestHead request;
  ask(request, path);
  return std::holds_alternative<Own>(site.decide(request, arrival));
}

TEST(Site, content_of_our_own_answers_under_its_prefix_only) {
  Site site = three_routes();
  EXPECT_FALSE(is_ours(site, "/.well-known/own"));
  site.set_own(own_route());
  EXPECT_TRUE(is_ours(site, "/.well-known/own"));
  EXPECT_TRUE(is_ours(site, "/.well-known/own/file"));
  EXPECT_FALSE(is_ours(site, "/.well-known/owner"));
  EXPECT_FALSE(is_ours(site, "/"));
}

TEST(Site, content_of_our_own_answers_over_tls_only) {
  Site site = three_routes();
  site.set_own(own_route());
  EXPECT_FALSE(is_ours(site, "/.well-known/own", Arrival::plain_loopback));
  EXPECT_FALSE(is_ours(site, "/.well-known/own", Arrival::plain_external));
}

TEST(Site, content_of_our_own_answers_not_where_another_certificate_was_shown) {
  Site site = three_routes();
  site.set_own(own_route());
  http::RequestHead request;
  ask(request, "/.well-known/own");
  EXPECT_TRUE(std::holds_alternative<Forward>(site.decide(request, Arrival::tls, false)));
}

TEST(Site, content_of_our_own_is_no_route_that_makes_dots_ambiguous) {
  Site site("a", 0);
  site.add_route("/", forward_to(1));
  site.set_own(own_route());
  http::RequestHead request;
  ask(request, "/a/../b", true);
  EXPECT_TRUE(std::holds_alternative<Forward>(site.decide(request, Arrival::tls)));
}

TEST(Site, what_no_route_takes_is_404) {
  Site site("a", 0);
  site.add_route("/api", forward_to(2));
  http::RequestHead request;
  ask(request, "/other");
  EXPECT_EQ(std::get<Refuse>(site.decide(request, Arrival::tls)).status, 404);
}

TEST(Site, dots_in_a_path_are_refused_where_prefixes_decide) {
  const Site several = three_routes();
  Site one("a", 0);
  one.add_route("/", forward_to(1));
  http::RequestHead request;
  ask(request, "/api/../x", true);
  EXPECT_EQ(std::get<Refuse>(several.decide(request, Arrival::tls)).status, 400);
  EXPECT_TRUE(std::holds_alternative<Forward>(one.decide(request, Arrival::tls)));
}

template <class Expected>
bool decides(const Site& site, std::string_view path, Arrival arrival) {
  http::RequestHead request;
  ask(request, path);
  return std::holds_alternative<Expected>(site.decide(request, arrival));
}

TEST(Site, F12_plain_requests_follow_the_policy_of_where_they_arrived) {
  Site site = three_routes();
  EXPECT_TRUE(decides<Forward>(site, "/", Arrival::plain_external)) << "nothing is said: keep";
  site.set_plain_http({PlainPolicy::redirect, PlainPolicy::refuse, 8443});
  EXPECT_TRUE(decides<Forward>(site, "/", Arrival::tls));
  EXPECT_TRUE(decides<Redirect>(site, "/", Arrival::plain_external));
  EXPECT_TRUE(decides<HttpsOnly>(site, "/", Arrival::plain_loopback));
  http::RequestHead request;
  ask(request, "/");
  EXPECT_EQ(std::get<Redirect>(site.decide(request, Arrival::plain_external)).https_port, 8443);
  EXPECT_EQ(std::get<HttpsOnly>(site.decide(request, Arrival::plain_loopback)).https_port, 8443);
}

TEST(Site, F12_a_route_overrides_the_policy_for_the_outside_only) {
  Site site = three_routes();
  site.add_route("/.well-known/acme-challenge", forward_to(4), PlainPolicy::keep);
  site.set_plain_http({PlainPolicy::redirect, PlainPolicy::redirect, 443});
  EXPECT_TRUE(decides<Forward>(site, "/.well-known/acme-challenge/x", Arrival::plain_external));
  EXPECT_TRUE(decides<Redirect>(site, "/.well-known/acme-challenge/x", Arrival::plain_loopback));
  EXPECT_TRUE(decides<Redirect>(site, "/.well-known", Arrival::plain_external));
}

TEST(Site, F12_a_path_without_a_route_is_redirected_too) {
  Site site("a", 0);
  site.add_route("/api", forward_to(1));
  site.set_plain_http({.external = PlainPolicy::redirect});
  EXPECT_TRUE(decides<Redirect>(site, "/other", Arrival::plain_external));
  EXPECT_TRUE(decides<Refuse>(site, "/other", Arrival::tls));
}

TEST(RouteTable, the_counters_are_under_one_path_whatever_the_host) {
  const auto table = metrics_routes(7);
  const Site* site = table->find("anything.example:9100");
  ASSERT_NE(site, nullptr);
  EXPECT_EQ(site->label, 7u);
  EXPECT_TRUE(decides<BuiltIn>(*site, "/metrics", Arrival::plain_external));
  EXPECT_TRUE(decides<Refuse>(*site, "/", Arrival::plain_external));
}

TEST(RouteTable, finds_a_site_by_authority_in_any_spelling) {
  RouteTable table;
  const auto exact = std::make_shared<Site>("exact", 0);
  const auto wild = std::make_shared<Site>("wild", 0);
  table.add(NamePattern::parse("www.example.org").value(), exact);
  table.add(NamePattern::parse("*.example.org").value(), wild);
  EXPECT_EQ(table.find("WWW.example.org.:8443"), exact.get());
  EXPECT_EQ(table.find("api.example.org"), wild.get());
  EXPECT_EQ(table.find("example.org"), nullptr);
  EXPECT_EQ(table.find(""), nullptr);
}

TEST(RouteTable, the_default_answers_for_unknown_and_missing_names_but_not_for_nonsense) {
  RouteTable table;
  const auto site = std::make_shared<Site>("default", 0);
  table.set_default(site);
  EXPECT_EQ(table.find("anything.example:1"), site.get());
  EXPECT_EQ(table.find("[::1]"), site.get());
  EXPECT_EQ(table.find(""), site.get());
  EXPECT_EQ(table.find("a b"), nullptr);
  EXPECT_EQ(table.find("user@host"), nullptr);
}

}  // namespace
}  // namespace gatehouse::edge
