// Names whose binding says no certificate: the store's answers, or the standard one.

#include <gmock/gmock.h>

#include "certs/binding/binding_table.h"
#include "certs/binding/testing/scripted_source.h"
#include "io/testing.h"

namespace gatehouse::certs {
namespace {

using testing::identity;
using testing::Stored;
using namespace std::chrono_literals;

class Automatic : public io::testing::ReactorTest {
 protected:
  Automatic() {
    const auto standard = identity({"standard.example"});
    standard_answer = {
        .credential = make_credential(standard), .profile = tls::Profile::modern, .policy = 7};
    names = std::make_shared<const crypto::CertificateNames>(standard.leaf().names());
    table->bind_default({standard_answer, names});
  }
  ~Automatic() override {
    cache.cancel();
    waiting.cancel();
    settle();
  }

  Stored put(const crypto::Identity& some, RecordId id = RecordId::random()) {
    Stored made = testing::stored(some, id);
    source.put(made);
    index.put(made.summary);
    take();
    return made;
  }
  void take() {
    selector.replace(table, {std::make_shared<const NameIndex>(index), &cache, &clock});
  }
  // As a handshake does: waits as long as it is told to.
  tls::Selection select(std::string_view name, bool ecdsa = true, bool rsa = true) {
    tls::ClientHello hello{.takes_ecdsa = ecdsa, .takes_rsa = rsa};
    if (!name.empty()) hello.server_name = ServerName::parse(name).value();
    for (int tries = 0; tries < 10; ++tries) {
      tls::Selection selection = selector.select(hello);
      auto* wait = std::get_if<io::Task<void>>(&selection);
      if (wait == nullptr) return selection;
      waiting.spawn(std::move(*wait));
      settle();
    }
    ADD_FAILURE() << "it never decides";
    return tls::UnknownName{};
  }
  // The certificate that answers; "standard", or why none does.
  std::string answer(std::string_view name, bool ecdsa = true, bool rsa = true) {
    const tls::Selection selection = select(name, ecdsa, rsa);
    if (std::holds_alternative<tls::UnknownName>(selection)) return "unknown";
    if (std::holds_alternative<tls::Unavailable>(selection)) return "unavailable";
    const auto& found = std::get<tls::Answer>(selection);
    EXPECT_EQ(found.policy, 7u);
    EXPECT_EQ(found.profile, tls::Profile::modern);
    if (found.credential == standard_answer.credential) return "standard";
    const auto names_of = [&](const auto& one) {
      return one.second.key.spki_sha256() == found.credential->key().spki_sha256();
    };
    const auto known = std::ranges::find_if(source.all, names_of);
    return known == source.all.end() ? "?" : known->second.leaf().common_name();
  }
  static crypto::Identity with_own_key(std::initializer_list<std::string_view> some,
                                       testing::Life life = {},
                                       crypto::KeyType type = crypto::KeyType::p256) {
    const auto key = crypto::PrivateKey::generate(type).value();
    const auto leaf = crypto::issue_self_signed(testing::leaf_spec(some, life), key).value();
    return {{leaf}, key};
  }

  EventLog events{{.at_least = LogLevel::error, .fd = -1}, clock};
  testing::ScriptedSource source{reactor};
  CredentialCache cache{reactor, source, events};
  NameIndex index;
  tls::Answer standard_answer;
  std::shared_ptr<const crypto::CertificateNames> names;
  std::shared_ptr<BindingTable> table = std::make_shared<BindingTable>();
  BindingSelector selector{table};
  io::Scope waiting{reactor};
};

TEST_F(Automatic, A6_the_stores_certificate_answers_for_its_names) {
  put(with_own_key({"a.example"}));
  EXPECT_EQ(answer("a.example"), "a.example");
  EXPECT_EQ(answer("b.example"), "standard");
  EXPECT_EQ(answer(""), "standard");
}

TEST_F(Automatic, without_a_store_the_standard_one_answers) {
  EXPECT_EQ(answer("a.example"), "standard");
  selector.replace(table, {std::make_shared<const NameIndex>(index), nullptr, &clock});
  EXPECT_EQ(answer("a.example"), "standard");
}

TEST_F(Automatic, a_binding_that_says_which_certificate_is_answered_by_that) {
  put(with_own_key({"a.example"}));
  table->bind(NamePattern::parse("a.example").value(), standard_answer);
  EXPECT_EQ(answer("a.example"), "standard");
}

TEST_F(Automatic, exact_before_wildcard_and_valid_before_expired) {
  put(with_own_key({"*.a.example"}));
  EXPECT_EQ(answer("www.a.example"), "*.a.example");
  const auto exact = put(with_own_key({"www.a.example"}));
  EXPECT_EQ(answer("www.a.example"), "www.a.example");
  put(with_own_key({"www.a.example"}, {.from = -90, .to = -1}), exact.summary.id);
  EXPECT_EQ(answer("www.a.example"), "*.a.example");
}

TEST_F(Automatic, an_expired_one_answers_only_where_the_standard_one_does_not_hold_the_name) {
  put(with_own_key({"standard.example"}, {.from = -90, .to = -1}));
  put(with_own_key({"old.example"}, {.from = -90, .to = -1}));
  EXPECT_EQ(answer("standard.example"), "standard");
  EXPECT_EQ(answer("old.example"), "old.example");
}

TEST_F(Automatic, one_that_expires_while_it_is_kept_gives_way) {
  put(with_own_key({"standard.example"}, {.from = -1, .to = 1}));
  put(with_own_key({"standard.example", "other.example"}, {.from = -9, .to = 9}));
  const auto key_of = [this] {
    return std::get<tls::Answer>(select("standard.example")).credential;
  };
  const auto before = key_of();
  clock.advance(48h);
  EXPECT_NE(key_of(), before);
  clock.advance(24h * 30);
  EXPECT_EQ(answer("standard.example"), "standard");
}

TEST_F(Automatic, M12_ecdsa_and_rsa_side_by_side_are_chosen_by_the_clients_offer) {
  const auto rsa = put(with_own_key({"a.example"}, {}, crypto::KeyType::rsa2048));
  const auto kind = [this](bool takes_ecdsa, bool takes_rsa) {
    const auto selection = select("a.example", takes_ecdsa, takes_rsa);
    return std::get<tls::Answer>(selection).credential->key().algorithm();
  };
  EXPECT_EQ(kind(true, true), crypto::KeyAlgorithm::rsa);
  put(with_own_key({"a.example"}));
  EXPECT_EQ(kind(true, true), crypto::KeyAlgorithm::ecdsa);
  EXPECT_EQ(kind(false, true), crypto::KeyAlgorithm::rsa);
  EXPECT_EQ(kind(true, false), crypto::KeyAlgorithm::ecdsa);
}

TEST_F(Automatic, a_removed_record_is_not_served_any_more) {
  const auto one = put(with_own_key({"a.example"}));
  EXPECT_EQ(answer("a.example"), "a.example");
  index.remove(one.summary.id);
  take();
  EXPECT_EQ(answer("a.example"), "standard");
}

TEST_F(Automatic, what_cannot_be_read_gives_way_to_the_next_best) {
  const auto exact = put(with_own_key({"www.a.example"}));
  put(with_own_key({"*.a.example"}));
  source.all.erase(exact.summary.id);
  EXPECT_EQ(answer("www.a.example"), "*.a.example");
}

TEST_F(Automatic, what_cannot_be_read_is_no_reason_for_a_wrong_certificate) {
  put(with_own_key({"a.example"}));
  put(with_own_key({"standard.example"}));
  source.all.clear();
  EXPECT_EQ(answer("a.example"), "unavailable");
  EXPECT_EQ(answer("standard.example"), "standard");
  EXPECT_EQ(answer("b.example"), "standard");
}

TEST_F(Automatic, a_meeting_of_hashes_never_serves_a_wrong_certificate) {
  // The index says that it is for this name, the certificate does not.
  auto odd = testing::stored(with_own_key({"other.example"}));
  source.put(odd);
  odd.summary.names = {"a.example"};
  index.put(odd.summary);
  take();
  EXPECT_EQ(answer("a.example"), "standard");
  put(with_own_key({"*.example"}));
  EXPECT_EQ(answer("a.example"), "*.example");
}

TEST_F(Automatic, F9_a_handshake_that_waits_is_answered_by_what_is_in_force_then) {
  const auto one = put(with_own_key({"a.example"}));
  source.hold();
  tls::ClientHello hello{.server_name = ServerName::parse("a.example").value(),
                         .takes_ecdsa = true,
                         .takes_rsa = true};
  auto selection = selector.select(hello);
  waiting.spawn(std::move(std::get<io::Task<void>>(selection)));
  settle();
  index.remove(one.summary.id);
  take();
  source.let_go();
  settle();
  EXPECT_EQ(waiting.running(), 0u);
  EXPECT_EQ(answer("a.example"), "standard");
}

}  // namespace
}  // namespace gatehouse::certs
