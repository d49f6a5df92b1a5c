#include <array>
#include <random>

#include <gtest/gtest.h>

#include "control/testing/snapshots_fixture.h"

// Snapshots after any sequence of changes.
namespace gatehouse::control {
namespace {

using testing::Snapshots;

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

}  // namespace
}  // namespace gatehouse::control
