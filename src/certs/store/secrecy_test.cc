#include <unordered_set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/record_codec.h"
#include "certs/store/store_keys.h"
#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using crypto::KeyType;
using testing::FaultyStore;
using testing::kNow;

constexpr std::size_t kWindow = 7;

// Parts of a private key by which it would be recognized wherever it got: every 7 bytes of its
// PKCS#8 form that are not in its certificate too, and their digits, and the lines of its PEM.
class Marks {
 public:
  void add(const crypto::Identity& identity) {
    const Secret der = identity.key.to_pkcs8();
    const std::string_view secret = as_text(der.view());
    const std::string_view open = as_text(identity.leaf().der());
    for (std::size_t i = 0; i + kWindow <= secret.size(); ++i) {
      const auto window = secret.substr(i, kWindow);
      if (open.find(window) != std::string_view::npos) continue;
      bytes_.emplace(window);
      digits_.insert(crypto::hex(as_bytes(window)));
    }
    const Secret pem = identity.key.to_pem();
    add_lines(as_text(pem.view()), identity.leaf().to_pem());
  }
  std::size_t size() const { return bytes_.size(); }

  // Whether any of them is in what got out.
  bool are_in(std::string_view text) const {
    if (contains(text, bytes_, kWindow) || contains(text, digits_, 2 * kWindow)) return true;
    return contains(text, lines_, kLine);
  }

 private:
  using Windows = std::unordered_set<std::string>;
  static constexpr std::size_t kLine = 15;

  void add_lines(std::string_view pem, std::string_view open) {
    for (std::size_t at = pem.find('\n'); at != std::string_view::npos;
         at = pem.find('\n', at + 1)) {
      const auto line = pem.substr(at + 1, kLine);
      // The first line has the algorithm and others the public half, which are no secret.
      const bool secret = at > 40 && open.find(line) == std::string_view::npos;
      if (line.size() == kLine && !line.starts_with("-----") && secret) lines_.emplace(line);
    }
  }
  static bool contains(std::string_view text, const Windows& windows, std::size_t size) {
    for (std::size_t i = 0; i + size <= text.size(); ++i) {
      if (windows.contains(std::string(text.substr(i, size)))) return true;
    }
    return false;
  }

  Windows bytes_;
  Windows digits_;
  Windows lines_;
};

class Secrecy : public testing::StoreFixture {
 protected:
  crypto::Identity identity(KeyType type, std::string_view name) {
    auto key = crypto::PrivateKey::generate(type).value();
    auto leaf = crypto::issue_self_signed(testing::leaf_spec({name}), key).value();
    crypto::Identity made{{std::move(leaf)}, std::move(key)};
    marks.add(made);
    return made;
  }
  void expect_clean(std::string_view text, std::string_view what) {
    EXPECT_FALSE(marks.are_in(text)) << what;
  }
  void expect_clean(const Record& record) {
    expect_clean(as_text(encode_record(record)), "a record");
    expect_clean(as_text(encode_summary(summary_of(record))), "a summary");
    for (const std::string& text :
         {record.subject, record.issuer, record.name.text(), record.key_type, record.id.text(),
          crypto::hex(record.sha256)}) {
      expect_clean(text, text);
    }
  }
  template <class T>
  void expect_clean(const Result<T>& result) {
    ASSERT_FALSE(result);
    expect_clean(result.error().what, result.error().what);
  }
  // The sealed entries too: sealed they show nothing.
  void expect_clean_store() {
    for (const auto& entry : everything()) {
      expect_clean(entry.key, entry.key);
      expect_clean(as_text(entry.value), entry.key);
    }
  }

  Marks marks;
};

TEST_F(Secrecy, the_marks_of_a_key_are_found_where_it_is) {
  const auto made = identity(KeyType::p256, "a.example");
  EXPECT_GT(marks.size(), 32U);
  EXPECT_TRUE(marks.are_in(as_text(made.key.to_pkcs8().view())));
  EXPECT_TRUE(marks.are_in(as_text(made.key.to_pem().view())));
  EXPECT_TRUE(marks.are_in("x" + crypto::hex(made.key.to_pkcs8().view()).substr(72, 64)));
  EXPECT_FALSE(marks.are_in(as_text(made.leaf().der())));
  EXPECT_FALSE(marks.are_in(made.leaf().to_pem()));
}

TEST_F(Secrecy, M7_no_byte_of_a_key_is_in_what_leaves_the_store_without_being_asked_for) {
  const Cause cause{"tester", "to try"};
  const KeyType types[]{KeyType::p256, KeyType::p384, KeyType::ed25519, KeyType::rsa2048};
  FaultyStore faulty(memory);
  auto on = must(run(CertificateStore::open(faulty, reactor, master, usage, soon())));
  int number = 0;
  for (const KeyType type : types) {
    const auto name = [&] { return std::to_string(++number) + ".example"; };
    const auto first = identity(type, name());
    const auto second = identity(type, name());
    const Record kept = must(run(on->put({.content = first}, cause, soon())));
    expect_clean(kept);
    expect_clean(run(on->put({.content = first}, cause, soon())));
    expect_clean(run(on->put({.content = second, .name = kept.name}, cause, soon())));
    expect_clean(run(on->put({.content = second, .shelf = Shelf::anchors}, cause, soon())));
    auto mismatch = second;
    mismatch.chain = first.chain;
    expect_clean(run(on->put({.content = mismatch}, cause, soon())));
    expect_clean(must(run(on->replace(kept.id, second, cause, soon()))));
    expect_clean_store();
    for (const auto when : {FaultyStore::When::before, FaultyStore::When::after}) {
      faulty.fail_at(1, when);
      expect_clean(run(on->replace(kept.id, first, cause, soon())));
      must(run(on->replace(kept.id, second, cause, soon())));
    }
    auto sealed = *must(run(memory.get(keys::sealed_key(kept.id), soon())));
    sealed.value.back() ^= 1;
    must(run(memory.commit({{},
                            {kv::Put{sealed.key, sealed.value},
                             kv::Put{keys::record(kept.id), encode_record(record(kept.id))}}},
                           soon())));
    expect_clean(run(on->identity(kept.id, soon())));
    for (const auto& entry : history(kept.id)) {
      if (entry.before) expect_clean(*entry.before);
    }
    must(run(on->remove(kept.id, cause, soon())));
    expect_clean_store();
  }
}

TEST_F(Secrecy, M7_the_master_secret_is_not_in_the_store) {
  master.secret = testing::passphrase("correct horse battery staple");
  put("a", identity(KeyType::p256, "a.example"));
  for (const auto& entry : everything()) {
    EXPECT_EQ(as_text(entry.value).find("correct horse"), std::string_view::npos) << entry.key;
  }
  must(run(store().change_master(testing::master_key('k'), soon())));
  for (const auto& entry : everything()) {
    EXPECT_EQ(as_text(entry.value).find("kkkkkkkk"), std::string_view::npos) << entry.key;
  }
}

}  // namespace
}  // namespace gatehouse::certs
