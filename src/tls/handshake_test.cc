#include "tls/bare_client.h"

namespace gatehouse::tls::testing {
namespace {

class Handshake : public BareTest {
 protected:
  // Drives a client that the test has set up, and hands it to the checks.
  Bare offer(const std::function<void(BareClient&)>& set_up, const char* name = "a.example") {
    Bare made = bare(name);
    set_up(*made.client);
    run(*made.client);
    return made;
  }
};

TEST_F(Handshake, ours_agree_on_the_newest_version_and_a_post_quantum_group) {
  const Connection made = connect();
  ASSERT_TRUE(made.secure());
  const HandshakeInfo info = made.server->stream.info();
  EXPECT_EQ(version_text(info.version), "1.3");
  EXPECT_EQ(group_text(info.group), "X25519MLKEM768");
  EXPECT_EQ(info.cipher_suite >> 8, 0x13);
  EXPECT_FALSE(info.resumed);
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::none);
  EXPECT_EQ(made.server->stream.server_name(), server_name("a.example"));
}

TEST_F(Handshake, intermediate_takes_tls_1_2) {
  const Bare made = offer([](BareClient& c) { c.version(TLS1_2_VERSION); });
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(version_text(made.server->stream.info().version), "1.2");
}

TEST_F(Handshake, modern_refuses_tls_1_2_and_says_which_thing_was_wrong) {
  serve_all(Profile::modern);
  const Bare made = offer([](BareClient& c) { c.version(TLS1_2_VERSION); });
  EXPECT_TRUE(made.server->refused());
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::no_overlap);
  EXPECT_EQ(made.client->alert(), SSL_AD_PROTOCOL_VERSION);
}

TEST_F(Handshake, modern_takes_tls_1_3) {
  serve_all(Profile::modern);
  EXPECT_TRUE(offer([](BareClient& c) { c.version(TLS1_3_VERSION); }).secure());
}

TEST_F(Handshake, no_profile_takes_tls_1_1) {
  for (const Profile profile : {Profile::modern, Profile::intermediate, Profile::compatible}) {
    serve_all(profile);
    const Bare made = offer([](BareClient& c) { c.versions(TLS1_VERSION, TLS1_1_VERSION); });
    EXPECT_EQ(made.server->stream.fault(), HandshakeFault::no_overlap) << text(profile);
    EXPECT_EQ(made.client->alert(), SSL_AD_PROTOCOL_VERSION) << text(profile);
  }
}

class Suite : public Handshake, public ::testing::WithParamInterface<const char*> {};

TEST_P(Suite, is_refused_by_intermediate) {
  answer_with(std::string_view(GetParam()).find("ECDSA") == std::string_view::npos ? rsa()
                                                                                   : ecdsa());
  const Bare made = offer([](BareClient& c) { c.version(TLS1_2_VERSION).suites(GetParam()); });
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::no_overlap);
  EXPECT_EQ(made.client->alert(), SSL_AD_HANDSHAKE_FAILURE);
}

INSTANTIATE_TEST_SUITE_P(Weak, Suite,
                         ::testing::Values("ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA",
                                           "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA",
                                           "ECDHE-RSA-AES128-SHA256", "AES128-GCM-SHA256",
                                           "AES256-GCM-SHA384", "AES128-SHA", "DES-CBC3-SHA"));

class StrongSuite : public Handshake, public ::testing::WithParamInterface<const char*> {};

TEST_P(StrongSuite, is_taken_by_intermediate) {
  answer_with(std::string_view(GetParam()).find("ECDSA") == std::string_view::npos ? rsa()
                                                                                   : ecdsa());
  const Bare made = offer([](BareClient& c) { c.version(TLS1_2_VERSION).suites(GetParam()); });
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(made.server->stream.info().cipher_suite,
            SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(made.client->native())));
}

INSTANTIATE_TEST_SUITE_P(
    Aead, StrongSuite,
    ::testing::Values("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
                      "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
                      "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"));

TEST_F(Handshake, compatible_takes_cbc_with_an_rsa_certificate) {
  serve({.profile = Profile::compatible});
  answer_with(rsa(), Profile::compatible);
  const Bare made =
      offer([](BareClient& c) { c.version(TLS1_2_VERSION).suites("ECDHE-RSA-AES128-SHA"); });
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(made.server->stream.info().cipher_suite, 0xC013);
}

TEST_F(Handshake, nothing_is_signed_with_sha_1) {
  answer_with(rsa());
  const Bare made =
      offer([](BareClient& c) { c.version(TLS1_2_VERSION).signatures({SSL_SIGN_RSA_PKCS1_SHA1}); });
  EXPECT_FALSE(made.server->secure());
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::no_overlap);
}

class Group : public Handshake, public ::testing::WithParamInterface<const char*> {};

TEST_P(Group, is_agreed_on) {
  const Bare made = offer([](BareClient& c) { c.groups(GetParam()); });
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(group_text(made.server->stream.info().group), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Each, Group,
                         ::testing::Values("X25519MLKEM768", "X25519", "P-256", "P-384"));

TEST_F(Handshake, a_group_that_is_not_ours_is_no_overlap) {
  const Bare made = offer([](BareClient& c) { c.groups("P-521"); });
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::no_overlap);
}

TEST_F(Handshake, a_client_that_guessed_the_wrong_group_is_asked_again) {
  // The library sends a share of its first group only, and we do not know that one.
  const Bare made = offer([](BareClient& c) { c.groups("P-521:P-384"); });
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(SSL_used_hello_retry_request(made.client->native()), 1);
  EXPECT_EQ(group_text(made.server->stream.info().group), "P-384");
  EXPECT_EQ(selector.seen.size(), 1u) << "the selector is asked once";
}

class Pieces : public Handshake, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(Pieces, of_a_hello_make_a_whole_one) {
  const Bare made = offer([](BareClient& c) { c.in_pieces_of(GetParam()); });
  ASSERT_TRUE(made.secure());
  made.client->write("hello");
  run(*made.client);
  EXPECT_EQ(made.server->read(), "hello");
}

INSTANTIATE_TEST_SUITE_P(Of, Pieces, ::testing::Values(1, 100));

// ------------------------------------------------------------------ ALPN (RFC 7301)

TEST_F(Handshake, alpn_takes_what_we_prefer_among_what_is_offered) {
  serve({.alpn = {"http/1.1", "x-other"}});
  const Bare made = offer([](BareClient& c) { c.alpn("\x02h2\x07x-other\x08http/1.1"); });
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(made.server->stream.alpn(), "http/1.1");
}

// RFC 9113 section 9.2.2 forbids HTTP/2 the old suites.
TEST_F(Handshake, http_2_is_not_chosen_where_an_old_suite_may_be) {
  for (const Profile profile : {Profile::intermediate, Profile::compatible}) {
    for (const std::uint16_t version :
         std::initializer_list<std::uint16_t>{TLS1_2_VERSION, TLS1_3_VERSION}) {
      serve({.profile = profile, .alpn = {"h2", "http/1.1"}});
      answer_with(rsa(), profile);
      const Bare made =
          offer([&](BareClient& c) { c.version(version).alpn("\x02h2\x08http/1.1"); });
      ASSERT_TRUE(made.secure());
      const bool old = profile == Profile::compatible && version == TLS1_2_VERSION;
      EXPECT_EQ(made.server->stream.alpn(), old ? "http/1.1" : "h2");
    }
  }
}

TEST_F(Handshake, a_client_without_alpn_is_served_without) {
  const Bare made = offer([](BareClient&) {});
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(made.server->stream.alpn(), "");
}

TEST_F(Handshake, a_client_that_offers_only_other_protocols_is_told_so) {
  for (const std::uint16_t version : kVersions) {
    const Bare made = offer([&](BareClient& c) { c.version(version).alpn("\x02h2"); });
    EXPECT_EQ(made.server->stream.fault(), HandshakeFault::no_overlap);
    EXPECT_EQ(made.client->alert(), 120) << "no_application_protocol";
  }
}

}  // namespace
}  // namespace gatehouse::tls::testing
