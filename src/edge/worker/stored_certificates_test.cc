#include <fcntl.h>

#include <gmock/gmock.h>

#include "certs/binding/testing/scripted_source.h"
#include "edge/worker/testing.h"

// Certificates that a thread reads when the first client asks.

namespace gatehouse::edge {
namespace {

using certs::testing::Stored;
using ::testing::HasSubstr;
using testing::kGet;
using testing::saying;
using tls::testing::End;
using namespace std::chrono_literals;

class StoredCertificates : public testing::Served {
 protected:
  StoredCertificates() {
    auto scripted = std::make_unique<certs::testing::ScriptedSource>(reactor);
    source = scripted.get();
    credentials = std::move(scripted);
    const crypto::Identity standard = issued({"standard.example"});
    auto table = std::make_shared<certs::BindingTable>();
    table->bind_default(
        {{.credential = certs::make_credential(standard)},
         std::make_shared<const crypto::CertificateNames>(standard.leaf().names())});
    listener = next.listen(saying("Hello."), std::move(table));
  }

  // The library verifies by the machine's clock.
  static crypto::CertificateSpec spec_of(std::string_view common_name) {
    const WallTime now = SystemClock().wall();
    crypto::CertificateSpec spec;
    spec.common_name = std::string(common_name);
    spec.not_before = now - 48h;
    spec.not_after = now + 48h;
    return spec;
  }
  static crypto::Identity made_root() {
    crypto::CertificateSpec spec = spec_of("root of the test");
    spec.ca_path_length = 0;
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
    return {{crypto::issue_self_signed(spec, key).value()}, key};
  }
  crypto::Identity issued(std::initializer_list<std::string_view> names) {
    crypto::CertificateSpec spec = spec_of(*names.begin());
    for (const auto name : names) spec.names.push_back(NamePattern::parse(name).value());
    spec.purpose = crypto::Purpose::server;
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
    return {{crypto::issue(spec, key, root.leaf(), root.key).value()}, key};
  }
  Stored put(std::initializer_list<std::string_view> names) {
    Stored made = certs::testing::stored(issued(names));
    made.summary.not_before = clock.wall() - 24h;
    made.summary.not_after = clock.wall() + 24h;
    made.summary.server = true;
    source->put(made);
    index.put(made.summary);
    publish();
    return made;
  }
  void publish() { next.draft.names = std::make_shared<const certs::NameIndex>(index); }

  // A client that trusts all of them, and calls this name.
  std::unique_ptr<End> shake_hands(std::string_view name) {
    trusts.push_back(tls::ClientContext::make({.anchors = anchors}).value());
    io::Fd fd = testing::dial(next.address(listener));
    EXPECT_EQ(::fcntl(fd.get(), F_SETFL, O_NONBLOCK), 0);
    auto end = std::make_unique<End>(reactor, std::move(fd), wire, *trusts.back(),
                                     tls::testing::server_name(name));
    end->shake();
    settle();
    return end;
  }
  std::string ask(End& end, std::string_view host) {
    (void)end.write(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host));
    settle();
    return end.read();
  }

  certs::testing::ScriptedSource* source = nullptr;
  certs::NameIndex index;
  ListenerId listener = 0;
  tls::Wire wire;
  crypto::Identity root = made_root();
  std::vector<Bytes> anchors{{root.leaf().der().begin(), root.leaf().der().end()}};
  std::vector<std::unique_ptr<tls::ClientContext>> trusts;
};

TEST_F(StoredCertificates, A6_are_shown_to_clients_that_call_their_names) {
  put({"a.example"});
  ASSERT_TRUE(serve());
  for (int i = 0; i < 3; ++i) {
    const auto client = shake_hands("a.example");
    ASSERT_TRUE(client->secure());
    EXPECT_THAT(ask(*client, "a.example"), HasSubstr("Hello."));
  }
  EXPECT_EQ(source->asked.size(), 1u);
  EXPECT_TRUE(shake_hands("standard.example")->secure());
}

TEST_F(StoredCertificates, a_handshake_waits_for_them_and_others_go_on) {
  put({"a.example"});
  put({"b.example"});
  ASSERT_TRUE(serve());
  ASSERT_TRUE(shake_hands("b.example")->secure());
  source->hold();
  const auto waiting = shake_hands("a.example");
  EXPECT_FALSE(waiting->shaken);
  EXPECT_TRUE(shake_hands("b.example")->secure());
  source->let_go();
  settle();
  EXPECT_TRUE(waiting->secure());
}

TEST_F(StoredCertificates, T11_that_were_removed_are_not_shown_after_the_next_snapshot) {
  const Stored one = put({"a.example"});
  ASSERT_TRUE(serve());
  const auto before = shake_hands("a.example");
  ASSERT_TRUE(before->secure());
  index.remove(one.summary.id);
  publish();
  ASSERT_TRUE(serve());
  EXPECT_TRUE(shake_hands("a.example")->refused()) << "it is shown the standard one";
  EXPECT_THAT(ask(*before, "a.example"), HasSubstr("Hello.")) << "who is connected stays";
}

TEST_F(StoredCertificates, a_client_that_leaves_while_it_waits_harms_nobody) {
  put({"a.example"});
  ASSERT_TRUE(serve());
  source->hold();
  shake_hands("a.example").reset();
  settle();
  source->let_go();
  settle();
  EXPECT_TRUE(shake_hands("a.example")->secure());
}

TEST_F(StoredCertificates, a_thread_that_ends_waits_for_no_load) {
  put({"a.example"});
  ASSERT_TRUE(serve());
  source->hold();
  const auto waiting = shake_hands("a.example");
  edge->cancel();
  settle();
  EXPECT_TRUE(waiting->refused());
}

}  // namespace
}  // namespace gatehouse::edge
