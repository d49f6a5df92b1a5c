#include "tls/bare_client.h"

namespace gatehouse::tls::testing {
namespace {

using ::testing::HasSubstr;

class Client : public BareTest {
 protected:
  // A client asks for a name, and the server shows this.
  Connection show(CredentialPtr credential, std::string_view ask = "a.example") {
    answer_with(std::move(credential));
    return connect(ask);
  }
  static std::string why(const Connection& made) {
    if (!made.client->refused()) return "";
    EXPECT_FALSE(made.server->secure() && made.server->read().size() > 0);
    return made.client->stream.failure();
  }
};

TEST_F(Client, takes_the_name_that_it_asked_for) {
  const Connection made = show(ca().credential("a.example"));
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(made.client->stream.alpn(), "http/1.1");
  EXPECT_EQ(made.server->stream.alpn(), "http/1.1");
}

TEST_F(Client, takes_a_wildcard_for_one_label_only) {
  const CredentialPtr wild = ca().credential("*.a.example");
  EXPECT_TRUE(show(wild, "www.a.example").secure());
  EXPECT_FALSE(show(wild, "deep.www.a.example").secure());
  EXPECT_FALSE(show(wild, "a.example").secure());
}

TEST_F(Client, refuses_another_name) {
  const Connection made = show(ca().credential("a.example"), "b.example");
  EXPECT_THAT(why(made), HasSubstr("CERTIFICATE_VERIFY_FAILED"));
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::alerted);
}

// The library verifies by the machine's clock, not by ours: the certificate itself is old.
TEST_F(Client, refuses_an_expired_certificate) {
  const Connection made = show(ca().credential("a.example", {.expires_in = -1h}));
  EXPECT_THAT(why(made), HasSubstr("CERTIFICATE_VERIFY_FAILED"));
  EXPECT_THAT(made.server->stream.failure(), HasSubstr("expired"));
}

TEST_F(Client, refuses_an_authority_that_it_does_not_know) {
  const Connection made = show(TestCa().credential("a.example"));
  EXPECT_THAT(why(made), HasSubstr("CERTIFICATE_VERIFY_FAILED"));
  EXPECT_THAT(made.server->stream.failure(), HasSubstr("unknown CA"));
}

TEST_F(Client, refuses_a_name_that_stands_in_the_subject_only) {
  EXPECT_FALSE(show(ca().credential("a.example", {.names_only_in_subject = true})).secure());
}

TEST_F(Client, refuses_a_certificate_that_is_for_clients) {
  EXPECT_FALSE(show(ca().credential("a.example", {.purpose = crypto::Purpose::client})).secure());
}

TEST_F(Client, takes_an_address_that_is_in_the_certificate_and_no_other) {
  EXPECT_TRUE(show(ca().credential("192.0.2.7"), "192.0.2.7").secure());
  EXPECT_FALSE(show(ca().credential("192.0.2.7"), "192.0.2.8").secure());
  EXPECT_TRUE(show(ca().credential("2001:db8::7"), "2001:db8::7").secure());
  EXPECT_FALSE(show(ca().credential("a.example"), "192.0.2.7").secure());
}

TEST_F(Client, sends_names_and_never_addresses) {
  for (const auto& [ask, sent] :
       {std::pair("a.example", true), {"192.0.2.7", false}, {"2001:db8::7", false}}) {
    auto [near, far] = pair();
    const auto client = client_end(std::move(far), ask);
    client->shake();
    settle();
    const std::string hello = FarEnd(std::move(near)).receive();
    ASSERT_GT(hello.size(), 100u);
    EXPECT_EQ(hello.find(ask) != std::string::npos, sent) << ask;
  }
}

TEST_F(Client, takes_rsa_as_well) {
  EXPECT_TRUE(show(ca().credential("a.example", {.key = crypto::KeyType::rsa2048})).secure());
}

TEST_F(Client, trusts_nobody_by_accident) {
  const auto made = ClientContext::make({.anchors = {}, .alpn = {}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::invalid);
  EXPECT_THAT(made.error().what, HasSubstr("no trust anchor"));
}

TEST_F(Client, refuses_an_anchor_that_is_no_certificate) {
  const auto made = ClientContext::make({.anchors = {Bytes{1, 2, 3}}, .alpn = {}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, gatehouse::Fault::operator_input);
}

TEST_F(Client, trusts_each_of_its_anchors) {
  const TestCa other;
  trust({.anchors = {other.anchor(), ca().anchor()}, .alpn = {}});
  EXPECT_TRUE(show(ca().credential("a.example")).secure());
  EXPECT_TRUE(show(other.credential("a.example")).secure());
}

TEST_F(Client, can_be_made_without_alpn) {
  trust({.anchors = {ca().anchor()}, .alpn = {}});
  const Connection made = connect();
  ASSERT_TRUE(made.secure());
  EXPECT_EQ(made.client->stream.alpn(), "");
}

TEST_F(Client, a_server_that_is_no_tls_is_a_sentence) {
  auto [near, far] = pair();
  const auto client = client_end(std::move(far));
  client->shake();
  settle();
  FarEnd(std::move(near)).send("HTTP/1.1 400 Bad Request\r\n\r\n");
  settle();
  ASSERT_TRUE(client->refused());
  EXPECT_EQ(client->stream.fault(), HandshakeFault::bad_message);
  EXPECT_THAT(client->shaken->error().what, HasSubstr("TLS failed"));
}

}  // namespace
}  // namespace gatehouse::tls::testing
