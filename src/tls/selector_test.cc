#include "io/event.h"
#include "tls/bare_client.h"

namespace gatehouse::tls::testing {
namespace {

class Selector : public BareTest {
 protected:
  ClientHello hello_of(const std::function<void(BareClient&)>& set_up,
                       const char* name = "a.example") {
    const Bare made = bare(name);
    set_up(*made.client);
    run(*made.client);
    EXPECT_FALSE(selector.seen.empty());
    return selector.seen.empty() ? ClientHello{} : selector.seen.back();
  }
  ClientHello hello_for(const char* name) {
    return hello_of([](BareClient&) {}, name);
  }
  // The next selections wait for the task; `ready` ends that.
  template <class Wait>
  void suspend_with(Wait wait) {
    selector.answer = [this, wait](const ClientHello&) -> Selection {
      if (!ready) return wait();
      return Answer{.credential = ecdsa()};
    };
  }

  bool ready = false;
};

io::Task<void> wait_for(io::Event& event) { co_await event.wait(io::Deadline::never()); }

io::Task<void> wait_and_set(io::Event& event, io::Wake& woken) {
  woken = co_await event.wait(io::Deadline::never());
}

io::Task<void> sleep_and_set(io::Reactor& reactor, std::chrono::nanoseconds time, bool& ready) {
  co_await reactor.sleep(reactor.in(time));
  ready = true;
}

io::Task<void> at_once(bool& ready) {
  ready = true;
  co_return;
}

TEST_F(Selector, sees_the_name_in_lower_case_without_a_trailing_dot) {
  EXPECT_EQ(hello_for("WwW.Example.ORG").server_name, server_name("www.example.org"));
  EXPECT_EQ(hello_for("www.example.org.").server_name, server_name("www.example.org"));
}

TEST_F(Selector, sees_no_name_where_none_was_sent_or_none_that_is_a_host_name) {
  for (const char* name : {static_cast<const char*>(nullptr), "192.0.2.7", "2001:db8::7",
                           "two..dots", "-", "white space", "a/b"}) {
    const Bare made = bare(name);
    run(*made.client);
    ASSERT_TRUE(made.server->secure()) << (name != nullptr ? name : "none");
    EXPECT_EQ(selector.seen.back().server_name, std::nullopt) << (name != nullptr ? name : "none");
    EXPECT_EQ(made.server->stream.server_name(), std::nullopt);
  }
}

TEST_F(Selector, learns_from_a_tls_1_3_hello_which_signatures_the_client_can_verify) {
  const auto signatures = [&](std::vector<std::uint16_t> list) {
    const ClientHello seen =
        hello_of([&](BareClient& c) { c.version(TLS1_3_VERSION).signatures(list); });
    return std::pair(seen.takes_ecdsa, seen.takes_rsa);
  };
  EXPECT_EQ(signatures({SSL_SIGN_ECDSA_SECP256R1_SHA256}), std::pair(true, false));
  EXPECT_EQ(signatures({SSL_SIGN_RSA_PSS_RSAE_SHA256}), std::pair(false, true));
  EXPECT_EQ(signatures({SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_RSA_PSS_RSAE_SHA512}),
            std::pair(true, true));
  // In TLS 1.3 these two do not sign for P-256 and not with RSA.
  EXPECT_EQ(signatures({SSL_SIGN_ECDSA_SECP384R1_SHA384, SSL_SIGN_RSA_PKCS1_SHA256}),
            std::pair(false, false));
}

TEST_F(Selector, learns_from_a_tls_1_2_hello_from_suites_groups_and_signatures_together) {
  const auto both = [&](const char* suites, std::vector<std::uint16_t> list,
                        const char* groups = "X25519:P-256") {
    const ClientHello seen = hello_of([&](BareClient& c) {
      c.version(TLS1_2_VERSION).suites(suites).signatures(list).groups(groups);
    });
    return std::pair(seen.takes_ecdsa, seen.takes_rsa);
  };
  const std::vector<std::uint16_t> all{SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_RSA_PKCS1_SHA256};
  const char* const ecdsa_only = "ECDHE-ECDSA-AES128-GCM-SHA256";
  const char* const rsa_only = "ECDHE-RSA-AES128-GCM-SHA256";
  const char* const any = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
  EXPECT_EQ(both(any, all), std::pair(true, true));
  EXPECT_EQ(both(ecdsa_only, all), std::pair(true, false));
  EXPECT_EQ(both(rsa_only, all), std::pair(false, true));
  EXPECT_EQ(both(any, {SSL_SIGN_RSA_PKCS1_SHA256}), std::pair(false, true));
  EXPECT_EQ(both(any, all, "X25519:P-384"), std::pair(false, true)) << "P-256 is no group";
}

TEST_F(Selector, an_ecdsa_only_and_an_rsa_only_client_of_one_name_are_both_served) {
  selector.answer = [](const ClientHello& hello) {
    return Answer{.credential = hello.takes_ecdsa ? ecdsa() : rsa()};
  };
  for (const std::uint16_t version : kVersions) {
    for (const auto signature : std::array<std::uint16_t, 2>{SSL_SIGN_ECDSA_SECP256R1_SHA256,
                                                             SSL_SIGN_RSA_PSS_RSAE_SHA256}) {
      const Bare made = bare();
      made.client->version(version).signatures({signature});
      run(*made.client);
      EXPECT_TRUE(made.secure()) << version << " " << signature;
    }
  }
}

TEST_F(Selector, an_unknown_name_gets_the_alert_that_says_so) {
  selector.answer = [](const ClientHello&) { return UnknownName{}; };
  for (const std::uint16_t version : kVersions) {
    const Bare made = bare("other.example");
    made.client->version(version);
    run(*made.client);
    EXPECT_TRUE(made.server->refused());
    EXPECT_EQ(made.server->stream.fault(), HandshakeFault::unknown_name);
    EXPECT_EQ(made.client->alert(), SSL_AD_UNRECOGNIZED_NAME);
    EXPECT_EQ(made.server->stream.server_name(), server_name("other.example"));
  }
}

TEST_F(Selector, a_certificate_that_cannot_be_had_is_our_fault) {
  selector.answer = [](const ClientHello&) { return Unavailable{}; };
  for (const std::uint16_t version : kVersions) {
    const Bare made = bare("a.example");
    made.client->version(version);
    run(*made.client);
    EXPECT_TRUE(made.server->refused());
    EXPECT_EQ(made.server->stream.fault(), HandshakeFault::ours);
    EXPECT_EQ(made.client->alert(), SSL_AD_INTERNAL_ERROR);
  }
}

TEST_F(Selector, says_the_policy_of_the_connection) {
  answer_with(Profile::intermediate, 7);
  EXPECT_EQ(connect().server->stream.policy(), 7u);
}

// ------------------------------------------------------------------ profiles by name

TEST_F(Selector, a_modern_name_of_an_intermediate_listener_refuses_tls_1_2) {
  answer_with(Profile::modern);
  const Bare made = bare();
  made.client->version(TLS1_2_VERSION);
  run(*made.client);
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::no_overlap);
  EXPECT_EQ(made.client->alert(), SSL_AD_PROTOCOL_VERSION);
  EXPECT_TRUE(connect().secure()) << "TLS 1.3 goes on";
}

TEST_F(Selector, a_compatible_name_of_an_intermediate_listener_takes_cbc_and_the_others_do_not) {
  selector.answer = [](const ClientHello& hello) {
    const bool old = hello.server_name == server_name("old.example");
    return Answer{.credential = rsa(),
                  .profile = old ? Profile::compatible : Profile::intermediate};
  };
  for (const auto& [name, taken] : {std::pair("old.example", true), {"a.example", false}}) {
    const Bare made = bare(name);
    made.client->version(TLS1_2_VERSION).suites("ECDHE-RSA-AES128-SHA");
    run(*made.client);
    EXPECT_EQ(made.server->secure(), taken) << name;
  }
}

TEST_F(Selector, an_intermediate_name_of_a_modern_listener_takes_tls_1_2) {
  serve({.profile = Profile::modern});
  const Bare made = bare();
  made.client->version(TLS1_2_VERSION);
  run(*made.client);
  EXPECT_TRUE(made.secure());
}

// ------------------------------------------------------------------ waiting for a certificate

TEST_F(Selector, a_handshake_goes_on_when_what_it_waits_for_is_there) {
  io::Event event(reactor);
  suspend_with([&] { return wait_for(event); });
  const Connection made = connect();
  EXPECT_FALSE(made.server->shaken);
  ready = true;
  event.notify_all();
  settle();
  EXPECT_TRUE(made.secure());
  EXPECT_EQ(selector.seen.size(), 2u);
}

TEST_F(Selector, a_selection_may_wait_several_times_and_for_time_to_pass) {
  suspend_with([&] { return sleep_and_set(reactor, 2s, ready); });
  const Connection made = connect();
  advance(1s);
  EXPECT_FALSE(made.server->shaken);
  advance(1s + io::TimerWheel::kTick);
  EXPECT_TRUE(made.secure());
}

TEST_F(Selector, a_selection_that_never_suspends_is_no_wait) {
  suspend_with([&] { return at_once(ready); });
  EXPECT_TRUE(connect().secure());
}

TEST_F(Selector, errors_that_its_own_work_left_in_the_library_do_not_end_the_handshake) {
  selector.answer = [](const ClientHello&) {
    ERR_put_error(ERR_LIB_X509, 0, ERR_R_MALLOC_FAILURE, __FILE__, __LINE__);
    return Answer{.credential = ecdsa()};
  };
  EXPECT_TRUE(connect().secure());
}

TEST_F(Selector, the_deadline_of_the_handshake_holds_while_a_selection_waits) {
  io::Event event(reactor);
  io::Wake woken = io::Wake::ready;
  suspend_with([&] { return wait_and_set(event, woken); });
  const Connection made = connect();
  advance(9s);
  EXPECT_FALSE(made.server->shaken);
  advance(1s + io::TimerWheel::kTick);
  ASSERT_TRUE(made.server->refused());
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::timed_out);
  EXPECT_EQ(made.server->shaken->error().kind, ErrorKind::timed_out);
  EXPECT_EQ(woken, io::Wake::cancelled);
  EXPECT_FALSE(event.awaited());
}

TEST_F(Selector, a_cancelled_handshake_ends_although_its_selection_waits) {
  io::Event event(reactor);
  suspend_with([&] { return wait_for(event); });
  const Connection made = connect();
  made.server->scope.cancel();
  settle();
  ASSERT_TRUE(made.server->refused());
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::ours);
  EXPECT_EQ(selector.seen.size(), 1u) << "nobody is asked for a connection that is given up";
}

TEST_F(Selector, an_end_that_goes_away_while_its_selection_waits_leaves_nothing_behind) {
  io::Event event(reactor);
  suspend_with([&] { return wait_for(event); });
  {
    const Connection made = connect();
    EXPECT_TRUE(event.awaited());
  }
  EXPECT_FALSE(event.awaited());
}

TEST_F(Selector, a_client_that_left_meanwhile_is_noticed_after_the_wait) {
  io::Event event(reactor);
  suspend_with([&] { return wait_for(event); });
  Connection made = connect();
  made.client.reset();
  ready = true;
  event.notify_all();
  settle();
  ASSERT_TRUE(made.server->refused());
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::peer_left);
}

}  // namespace
}  // namespace gatehouse::tls::testing
