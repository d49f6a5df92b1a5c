#include "control/snapshot_builder.h"

#include <array>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "control/testing/configurations.h"
#include "control/testing/fakes.h"
#include "control/testing/stored_certificates.h"

namespace gatehouse::control {
namespace {

using gatehouse::testing::TemporaryFolder;
using ::testing::ElementsAre;
using testing::FakeSockets;
using testing::settings_of;
using ::testing::SizeIs;

// Everything from a text to a snapshot, without a socket.
class Snapshots : public ::testing::Test {
 protected:
  std::shared_ptr<const edge::Snapshot> build(std::string_view yaml) {
    return build(settings_of(yaml));
  }
  std::shared_ptr<const edge::Snapshot> build(config::Settings settings) {
    settings_ = std::make_shared<const config::Settings>(std::move(settings));
    auto next = listeners_.prepare(listener_needs(*settings_));
    EXPECT_TRUE(next) << next.error().what;
    listeners_.adopt(std::move(next->all));
    auto identities = io::run_until_done(
        reactor_, identities_of_.prepare(settings_, identities_, Identities::Look::new_files_only));
    EXPECT_TRUE(identities) << identities.error().what;
    identities_ = std::move(*identities);
    return builder_.build({++revision_, settings_, identities_, listeners_.open_now()});
  }
  const edge::ListenerPlan* plan(const edge::Snapshot& snapshot, std::string_view address) const {
    for (const auto& [id, plan] : snapshot.listeners) {
      if (plan.address.text() == address) return &plan;
    }
    return nullptr;
  }
  std::vector<std::string> addresses(const edge::Snapshot& snapshot) const {
    std::vector<std::string> all;
    for (const auto& [id, plan] : snapshot.listeners) all.push_back(plan.address.text());
    std::ranges::sort(all);
    return all;
  }
  static std::string site_at(const edge::ListenerPlan* plan, std::string_view host) {
    const edge::Site* site = plan == nullptr ? nullptr : plan->routes->find(host);
    return site == nullptr ? "" : site->name();
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  EventLog events_{{.fd = -1}, clock_};
  FakeSockets sockets_;
  Listeners listeners_{sockets_.open(), 1};
  io::Reactor reactor_{clock_};
  testing::StoredCertificates stored_{reactor_, folder_ / "state"};
  Identities identities_of_{stored_.keeper(), stored_.opener(), reactor_, events_};
  MetricLabels labels_;
  SnapshotBuilder builder_{
      labels_, {.tickets = {}, .workers = 2, .most_connections = 100, .trust_command = {}}};
  std::shared_ptr<const config::Settings> settings_;
  IdentitySetPtr identities_;
  std::uint64_t revision_ = 0;
};

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

// ------------------------------------------------------------------ F10, for any sequence

class AnyChange {
 public:
  explicit AnyChange(unsigned seed) : random_(seed) {}

  // A configuration that may say anything around the site x, which keeps loopback.
  std::string configuration() {
    std::string yaml =
        "version: 1\nsites:\n  x.localhost:\n    upstreams: http://127.0.0.1:9\n"
        "    http: {external: " +
        one_of({"keep", "redirect", "refuse"}) + ", loopback: keep}\n";
    if (one_in(2)) yaml += "    tls_profile: " + one_of({"modern", "compatible"}) + "\n";
    for (const std::string& name : {"a", "m", "z"}) {
      if (one_in(3)) continue;
      yaml += "  " + name +
              ".localhost:\n    upstreams: http://127.0.0.1:1\n    http: {external: " +
              one_of({"keep", "redirect", "refuse"}) +
              ", loopback: " + one_of({"keep", "redirect", "refuse"}) + "}\n";
      if (one_in(3)) yaml += "    enabled: false\n";
      if (one_in(3)) yaml += "    listen: [\":" + one_of({"443", "8443"}) + "\"]\n";
    }
    if (one_in(3)) yaml += "  rest: {names: [\"*\"]}\n";
    if (one_in(3)) yaml += "listeners: {\":443\": {unknown_names: refuse}}\n";
    return yaml;
  }

 private:
  bool one_in(int n) { return std::uniform_int_distribution<>(1, n)(random_) == 1; }
  std::string one_of(std::vector<std::string> words) {
    return words[std::uniform_int_distribution<std::size_t>(0, words.size() - 1)(random_)];
  }
  std::mt19937 random_;
};

class F10 : public Snapshots, public ::testing::WithParamInterface<unsigned> {};

TEST_P(F10, a_declared_loopback_listener_survives_any_sequence_of_changes) {
  AnyChange change(GetParam());
  for (int step = 0; step < 25; ++step) {
    const std::string yaml = change.configuration();
    SCOPED_TRACE(yaml);
    const auto snapshot = build(yaml);
    for (const std::string_view address : {"127.0.0.1:80", "[::1]:80"}) {
      const auto* own = plan(*snapshot, address);
      const auto* at = own != nullptr ? own : plan(*snapshot, "[::]:80");
      ASSERT_NE(at, nullptr) << address;
      ASSERT_EQ(at->bindings, nullptr) << "it speaks plain HTTP";
      const edge::Site* site = at->routes->find("x.localhost");
      ASSERT_NE(site, nullptr);
      ASSERT_EQ(site->name(), "x.localhost");
      http::RequestHead request;
      request.path = request.target = "/";
      const auto& decision = site->decide(request, edge::Arrival::plain_loopback);
      ASSERT_TRUE(std::holds_alternative<edge::Forward>(decision));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, F10, ::testing::Range(1U, 9U));

// ------------------------------------------------------------------ one after the other, and anew

// Configurations in which sites, addresses and names overlap as far as they may.
class AnySites {
 public:
  explicit AnySites(unsigned seed) : random_(seed) {}

  // All names of all configurations, so that one default identity serves them all.
  static std::string every_name() {
    std::string yaml = "version: 1\nlocal_ca: {hosts: [h.localhost, h.example.org]}\nsites:\n";
    for (int i = 0; i < 6; ++i) {
      yaml += fmt::format("  s{0}: {{names: [s{0}.localhost, \"*.s{0}.localhost\"]}}\n", i);
    }
    return yaml + "  x: {names: [x.example.org, h.localhost, h.example.org, localhost]}\n";
  }

  std::string configuration() {
    if (pick(8) == 0) choose_surroundings();
    std::string yaml =
        "version: 1\nlocal_ca: {hosts: [h.localhost, h.example.org]}\n" + surroundings_;
    yaml += "sites:\n";
    for (unsigned i = 0; i < 6; ++i) {
      if (pick(3) == 0 || sites_[i].empty()) sites_[i] = pick(5) == 0 ? " " : site(i);
      if (sites_[i] != " ") yaml += sites_[i];
    }
    return yaml + "  x: {names: [x.example.org], listen: [\":443\", \"http://:80\"]}\n";
  }

 private:
  unsigned pick(unsigned below) { return random_() % below; }
  std::string one_of(const std::vector<std::string>& words) {
    return words[pick(static_cast<unsigned>(words.size()))];
  }

  void choose_surroundings() {
    surroundings_ = one_of({"", "tls: {profile: modern}\n", "timeouts: {idle: 5s}\n"});
    surroundings_ +=
        one_of({"", "bindings: {b: {at: [\"s1.localhost:443\", \"s5.localhost:8443\"]}}\n",
                "bindings: {b: {at: [\"b.localhost:443\"], site: x, tls_profile: modern}}\n",
                "bindings: {b: {at: [\"127.0.0.1:443\"], site: x}}\n"});
    surroundings_ += one_of({"", "listeners: {\":443\": {unknown_names: refuse}}\n"});
  }

  std::string site(unsigned number) {
    // The names of its neighbour, too, where it cannot be in its way.
    const bool beside = pick(4) == 0;
    std::string names = fmt::format("s{0}.localhost, \"*.s{0}.localhost\"", number);
    if (beside) names += fmt::format(", s{}.localhost", (number + 1) % 6);
    if (number == 2 && pick(2) == 0) names += ", localhost";
    if (number == 3 && pick(2) == 0) names += ", h.localhost";
    if (number == 4 && pick(2) == 0) names += ", \"*\"";
    const std::string listen =
        beside ? fmt::format("\"127.0.0.{}:443\"", number + 10)
               : one_of({"\":443\"", "\":443\", \":8443\"", "\"localhost:443\"",
                         fmt::format("\"127.0.0.{}:443\"", number + 10), "\"http://:80\""});
    return fmt::format(
        "  s{}: {{names: [{}], listen: [{}], upstreams: [\"http://127.0.0.1:{}\"], enabled: {}, "
        "http: {{external: {}, loopback: {}}}}}\n",
        number, names, listen, 3000 + pick(3), pick(5) != 0, one_of({"keep", "redirect"}),
        one_of({"keep", "redirect"}));
  }

  std::mt19937 random_;
  std::array<std::string, 6> sites_;
  std::string surroundings_;
};

class OneAfterTheOther : public Snapshots, public ::testing::WithParamInterface<unsigned> {
 protected:
  static std::vector<std::string> hosts() {
    std::vector<std::string> all{"localhost",     "127.0.0.1",   "[::1]",
                                 "x.example.org", "h.localhost", "h.example.org",
                                 "b.localhost",   "unknown.org", "a.h.localhost"};
    for (int i = 0; i < 6; ++i) {
      all.push_back(fmt::format("s{}.localhost", i));
      all.push_back(fmt::format("www.s{}.localhost", i));
    }
    return all;
  }

  static void expect_same_answer(const edge::ListenerPlan& a, const edge::ListenerPlan& b,
                                 const std::optional<ServerName>& name) {
    ASSERT_EQ(a.bindings == nullptr, b.bindings == nullptr);
    if (!a.bindings) return;
    const certs::Bound* x = a.bindings->find(name);
    const certs::Bound* y = b.bindings->find(name);
    ASSERT_EQ(x == nullptr, y == nullptr);
    if (x == nullptr) return;
    EXPECT_EQ(x->answer.credential, y->answer.credential);
    EXPECT_EQ(x->answer.profile, y->answer.profile);
    EXPECT_EQ(x->answer.policy, y->answer.policy);
    EXPECT_EQ(x->standard == nullptr, y->standard == nullptr);
  }

  static void expect_same_site(const edge::ListenerPlan& a, const edge::ListenerPlan& b,
                               std::string_view host) {
    const edge::Site* x = a.routes->find(host);
    const edge::Site* y = b.routes->find(host);
    ASSERT_EQ(x == nullptr, y == nullptr);
    if (x == nullptr) return;
    EXPECT_EQ(x->name(), y->name());
    EXPECT_EQ(x->policy(), y->policy());
    http::RequestHead request;
    request.path = request.target = "/";
    for (const auto arrival :
         {edge::Arrival::tls, edge::Arrival::plain_external, edge::Arrival::plain_loopback}) {
      EXPECT_EQ(text(x->decide(request, arrival)), text(y->decide(request, arrival)));
    }
  }

  static std::string text(const edge::Decision& decision) {
    const auto* forward = std::get_if<edge::Forward>(&decision);
    return forward == nullptr ? fmt::format("{}", decision.index())
                              : forward->upstreams->members.front().url.text();
  }
};

TEST_P(OneAfterTheOther, snapshots_serve_what_snapshots_made_of_nothing_serve) {
  AnySites any(GetParam());
  (void)build(AnySites::every_name());
  const IdentitySetPtr identities = identities_;
  for (int step = 0; step < 40; ++step) {
    const std::string yaml = any.configuration();
    SCOPED_TRACE(yaml);
    const auto settled = config::settle(testing::document_of(yaml));
    if (!settled.settings) continue;
    const auto settings = std::make_shared<const config::Settings>(*settled.settings);
    auto next = listeners_.prepare(listener_needs(*settings));
    ASSERT_TRUE(next) << next.error().what;
    listeners_.adopt(std::move(next->all));
    SnapshotBuilder anew(
        labels_, {.tickets = {}, .workers = 2, .most_connections = 100, .trust_command = {}});
    const auto a = builder_.build({++revision_, settings, identities, listeners_.open_now()});
    const auto b = anew.build({revision_, settings, identities, listeners_.open_now()});
    ASSERT_EQ(a->listeners.size(), b->listeners.size());
    for (const auto& [id, plan] : a->listeners) {
      SCOPED_TRACE(plan.address.text());
      const edge::ListenerPlan& other = b->listeners.at(id);
      expect_same_answer(plan, other, std::nullopt);
      expect_same_site(plan, other, "");
      for (const std::string& host : hosts()) {
        SCOPED_TRACE(host);
        expect_same_answer(plan, other, ServerName::parse(host).value());
        expect_same_site(plan, other, host);
      }
    }
    ASSERT_FALSE(HasFailure());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OneAfterTheOther, ::testing::Range(1U, 17U));

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
