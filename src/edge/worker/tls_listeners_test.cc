#include <fcntl.h>

#include <gmock/gmock.h>

#include "certs/binding/policy_numbers.h"
#include "edge/worker/testing.h"

// Certificates and TLS policies that change while clients are there.

namespace gatehouse::edge {
namespace {

using ::testing::HasSubstr;
using testing::kGet;
using testing::only;
using testing::Peer;
using testing::saying;
using ::testing::StartsWith;
using tls::testing::End;
using namespace std::chrono_literals;

class TlsListeners : public testing::Served {
 protected:
  static const tls::testing::TestCa& ca() {
    static const tls::testing::TestCa made;
    return made;
  }
  static tls::Answer answer(const tls::testing::TestCa& by, const std::string& name,
                            tls::Profile profile = tls::Profile::intermediate,
                            std::uint32_t policy = 0) {
    return {.credential = by.credential(name), .profile = profile, .policy = policy};
  }
  static std::shared_ptr<certs::BindingTable> binding(const std::string& name, tls::Answer answer) {
    auto table = std::make_shared<certs::BindingTable>();
    table->bind(NamePattern::parse(name).value(), std::move(answer));
    return table;
  }

  // A client that trusts this CA, after its handshake, whatever came of it.
  std::unique_ptr<End> shake_hands(ListenerId id, std::string_view name = "a.example",
                                   const tls::testing::TestCa& trusted = ca()) {
    auto end = begin(id, name, trusted);
    end->shake();
    settle();
    return end;
  }
  std::unique_ptr<End> begin(ListenerId id, std::string_view name = "a.example",
                             const tls::testing::TestCa& trusted = ca()) {
    trusts.push_back(tls::ClientContext::make({.anchors = {trusted.anchor()}}).value());
    io::Fd fd = testing::dial(next.address(id));
    EXPECT_EQ(::fcntl(fd.get(), F_SETFL, O_NONBLOCK), 0);
    return std::make_unique<End>(reactor, std::move(fd), wire, *trusts.back(),
                                 tls::testing::server_name(name));
  }
  std::string ask(End& end, std::string_view host = "a.example") {
    (void)end.write(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host));
    settle();
    return end.read();
  }

  tls::Wire wire;
  std::vector<std::unique_ptr<tls::ClientContext>> trusts;
};

TEST_F(TlsListeners, T11_a_new_certificate_answers_from_the_next_handshake_on) {
  const tls::testing::TestCa other;
  const ListenerId id =
      next.listen(saying("One."), binding("a.example", answer(ca(), "a.example")));
  ASSERT_TRUE(serve());
  const auto before = shake_hands(id);
  ASSERT_TRUE(before->secure());
  next.plan(id).bindings = binding("a.example", answer(other, "a.example"));
  next.plan(id).routes = saying("Two.");
  ASSERT_TRUE(serve());
  EXPECT_THAT(ask(*before), HasSubstr("Two.")) << "the connection lives on";
  EXPECT_TRUE(shake_hands(id, "a.example", other)->secure());
  EXPECT_TRUE(shake_hands(id)->refused()) << "nobody gets the certificate of before";
}

TEST_F(TlsListeners, F9_a_handshake_uses_what_is_in_force_when_its_hello_arrives) {
  const tls::testing::TestCa other;
  const ListenerId id =
      next.listen(saying("One."), binding("a.example", answer(ca(), "a.example")));
  ASSERT_TRUE(serve());
  const auto client = begin(id, "a.example", other);
  settle();
  next.plan(id).bindings = binding("a.example", answer(other, "a.example"));
  ASSERT_TRUE(serve());
  client->shake();
  settle();
  EXPECT_TRUE(client->secure());
}

TEST_F(TlsListeners, F13_each_listener_has_bindings_of_its_own) {
  const ListenerId a = next.listen(saying("A."), binding("a.example", answer(ca(), "a.example")));
  const ListenerId b = next.listen(saying("B."), binding("b.example", answer(ca(), "b.example")));
  ASSERT_TRUE(serve());
  EXPECT_TRUE(shake_hands(a, "a.example")->secure());
  EXPECT_TRUE(shake_hands(b, "b.example")->secure());
  const auto wrong = shake_hands(a, "b.example");
  EXPECT_TRUE(wrong->refused());
}

TEST_F(TlsListeners, F13_https_and_plain_loopback_serve_one_site_at_the_same_time) {
  const auto site = only(Refuse{404, "Served."}, {.external = PlainPolicy::redirect});
  const ListenerId secure = next.listen(site, binding("a.example", answer(ca(), "a.example")));
  const ListenerId plain = next.listen(site);
  ASSERT_TRUE(serve());
  const auto client = shake_hands(secure);
  Peer local = connect(plain);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ask(*client), HasSubstr("Served."));
    EXPECT_THAT(answer_to(local, kGet), HasSubstr("Served."));
    next.plan(secure).bindings = binding("a.example", answer(ca(), "a.example"));
    ASSERT_TRUE(serve());
  }
}

TEST_F(TlsListeners, M13_unknown_names_get_the_default_or_are_refused_with_unrecognized_name) {
  auto table = binding("a.example", answer(ca(), "a.example"));
  const ListenerId id = next.listen(saying("Here."), table);
  ASSERT_TRUE(serve());
  const auto refused = shake_hands(id, "other.example");
  ASSERT_TRUE(refused->refused());
  EXPECT_THAT(refused->shaken->error().what, HasSubstr("unrecognized"));
  auto with_default = binding("a.example", answer(ca(), "a.example"));
  with_default->bind_default(answer(ca(), "other.example"));
  next.plan(id).bindings = with_default;
  ASSERT_TRUE(serve());
  EXPECT_TRUE(shake_hands(id, "other.example")->secure());
  EXPECT_TRUE(shake_hands(id, "a.example")->secure());
}

TEST_F(TlsListeners, T8_a_connection_is_told_421_when_its_site_has_another_policy_by_now) {
  certs::PolicyNumbers numbers;
  const std::uint32_t plain = numbers.number(tls::Profile::intermediate);
  const auto publish = [this](ListenerId id, std::uint32_t policy, tls::Profile profile) {
    auto site = std::make_shared<Site>("a.example", policy);
    site->add_route("/", Refuse{404, "Here."});
    auto routes = std::make_shared<RouteTable>();
    routes->add(NamePattern::parse("a.example").value(), std::move(site));
    next.plan(id).routes = routes;
    next.plan(id).bindings = binding("a.example", answer(ca(), "a.example", profile, policy));
  };
  const ListenerId id = next.listen(saying(""), binding("a.example", {}));
  publish(id, plain, tls::Profile::intermediate);
  ASSERT_TRUE(serve());
  const auto before = shake_hands(id);
  EXPECT_THAT(ask(*before), HasSubstr("Here."));

  publish(id, numbers.number(tls::Profile::modern), tls::Profile::modern);
  ASSERT_TRUE(serve());
  EXPECT_THAT(ask(*before), StartsWith("HTTP/1.1 421 "));
  const auto after = shake_hands(id);
  EXPECT_TRUE(after->secure()) << after->shaken->error().what;
  EXPECT_THAT(ask(*after), HasSubstr("Here."));

  publish(id, numbers.number(tls::Profile::intermediate), tls::Profile::intermediate);
  ASSERT_TRUE(serve());
  EXPECT_THAT(ask(*before), HasSubstr("Here.")) << "its policy is what it was again";
}

TEST_F(TlsListeners, a_profile_that_changes_leaves_connections_as_they_are) {
  const ListenerId id =
      next.listen(saying("Here."), binding("a.example", answer(ca(), "a.example")));
  ASSERT_TRUE(serve());
  const auto before = shake_hands(id);
  for (const tls::Profile profile :
       {tls::Profile::modern, tls::Profile::compatible, tls::Profile::intermediate}) {
    next.draft.profile = profile;
    ASSERT_TRUE(serve());
    EXPECT_THAT(ask(*before), HasSubstr("Here."));
    EXPECT_TRUE(shake_hands(id)->secure());
  }
}

TEST_F(TlsListeners, a_listener_may_begin_and_cease_to_speak_tls) {
  const ListenerId id = next.listen(saying("Here."));
  ASSERT_TRUE(serve());
  Peer plain = connect(id);
  EXPECT_THAT(answer_to(plain, kGet), HasSubstr("Here."));
  next.plan(id).bindings = binding("a.example", answer(ca(), "a.example"));
  ASSERT_TRUE(serve());
  const auto secure = shake_hands(id);
  EXPECT_THAT(ask(*secure), HasSubstr("Here."));
  EXPECT_THAT(answer_to(plain, kGet), HasSubstr("Here."));
  next.plan(id).bindings = nullptr;
  ASSERT_TRUE(serve());
  EXPECT_THAT(ask(*secure), HasSubstr("Here."));
  Peer plain_again = connect(id);
  EXPECT_THAT(answer_to(plain_again, kGet), HasSubstr("Here."));
}

TEST_F(TlsListeners, F9_a_handshake_under_way_is_finished_when_its_listener_is_removed) {
  const ListenerId id =
      next.listen(saying("Here."), binding("a.example", answer(ca(), "a.example")));
  ASSERT_TRUE(serve());
  const auto client = begin(id);
  settle();
  next.remove(id);
  ASSERT_TRUE(serve());
  client->shake();
  settle();
  ASSERT_TRUE(client->secure());
  EXPECT_THAT(ask(*client), HasSubstr("Connection: close"));
}

TEST_F(TlsListeners, I8_either_protocol_on_the_other_s_port_is_answered_with_a_sentence) {
  const ListenerId tls_port =
      next.listen(saying("Here."), binding("a.example", answer(ca(), "a.example")));
  const ListenerId plain_port = next.listen(saying("Here."));
  ASSERT_TRUE(serve());
  Peer plain = connect(tls_port);
  EXPECT_THAT(answer_to(plain, kGet), HasSubstr("This port speaks HTTPS"));
  Peer hello = connect(plain_port);
  const std::string bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  EXPECT_THAT(answer_to(hello, bytes), HasSubstr("This port speaks plain HTTP"));
}

}  // namespace
}  // namespace gatehouse::edge
