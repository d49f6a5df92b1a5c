#include "certs/store/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/store_keys.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kNow;
using ::testing::SizeIs;

crypto::PrivateKey new_key() { return crypto::PrivateKey::generate(crypto::KeyType::p256).value(); }

NewRequest request(std::string_view name, const crypto::PrivateKey& key) {
  crypto::RequestSpec spec{.common_name = std::string(name)};
  spec.names.push_back(NamePattern::parse("www.example.org").value());
  return {.request = crypto::CertificateRequest::make(spec, key).value(),
          .key = key,
          .name = RecordName::parse(name).value()};
}

class RequestsTest : public testing::StoreFixture {
 protected:
  Result<PendingRequest> try_put(NewRequest content) {
    return run(store().requests().put(std::move(content), {"ops", "a better one"}, soon()));
  }
  std::vector<PendingRequest> all() { return must(run(store().requests().list(soon()))); }
};

TEST_F(RequestsTest, I1_a_request_waits_with_its_key_also_after_a_new_start) {
  const auto key = new_key();
  const auto put = must(try_put(request("www", key)));
  reopen();
  ASSERT_THAT(all(), SizeIs(1));
  const PendingRequest kept = all().front();
  EXPECT_EQ(kept.id, put.id);
  EXPECT_EQ(kept.name.text(), "www");
  EXPECT_EQ(kept.owner, Owner::machine());
  EXPECT_EQ(kept.created, std::chrono::floor<std::chrono::seconds>(kNow));
  EXPECT_EQ(kept.cause.who, "ops");
  EXPECT_EQ(kept.request, put.request);
  EXPECT_EQ(must(run(store().requests().key(put.id, soon()))).spki_sha256(), key.spki_sha256());
}

TEST_F(RequestsTest, I1_it_is_found_by_the_key_of_its_answer) {
  const auto key = new_key();
  const auto put = must(try_put(request("www", key)));
  must(try_put(request("other", new_key())));
  EXPECT_EQ(must(run(store().requests().by_key(key.spki_sha256(), soon())))->id, put.id);
  EXPECT_FALSE(must(run(store().requests().by_key(new_key().spki_sha256(), soon()))));
}

TEST_F(RequestsTest, its_key_does_not_rest_in_the_clear) {
  const auto key = new_key();
  must(try_put(request("www", key)));
  const Secret der = key.to_pkcs8();
  // The end of it is the public half; the private scalar stands in its middle.
  const auto secret = as_text(der.view()).substr(36, 32);
  for (const kv::Entry& entry : everything()) {
    EXPECT_EQ(as_text(entry.value).find(secret), std::string_view::npos) << entry.key;
  }
}

TEST_F(RequestsTest, a_name_waits_once_for_an_owner) {
  must(try_put(request("www", new_key())));
  const auto twice = try_put(request("www", new_key()));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
  EXPECT_THAT(twice.error().what, HasSubstr("waits for its answer already"));
  auto of_anna = request("www", new_key());
  of_anna.owner = Owner::parse("user:anna").value();
  EXPECT_TRUE(try_put(std::move(of_anna)));
}

TEST_F(RequestsTest, a_key_of_another_request_is_refused) {
  auto content = request("www", new_key());
  content.key = new_key();
  const auto refused = try_put(std::move(content));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_THAT(all(), IsEmpty());
}

TEST_F(RequestsTest, what_is_removed_is_gone_with_its_key) {
  const auto put = must(try_put(request("www", new_key())));
  must(run(store().requests().remove(put.id, soon())));
  EXPECT_THAT(all(), IsEmpty());
  const auto key = run(store().requests().key(put.id, soon()));
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().kind, ErrorKind::not_found);
  for (const kv::Entry& entry : everything()) {
    EXPECT_FALSE(entry.key.starts_with(keys::kRequests)) << entry.key;
  }
  EXPECT_TRUE(run(store().requests().remove(put.id, soon())));
}

TEST_F(RequestsTest, every_cut_and_every_changed_byte_of_an_entry_is_noticed) {
  const auto put = must(try_put(request("www", new_key())));
  const auto entry = *must(run(memory.get(keys::request(put.id), soon())));
  for (std::size_t size = 0; size < entry.value.size(); ++size) {
    EXPECT_FALSE(decode_request(ByteView(entry.value).first(size))) << size;
  }
  for (std::size_t i = 0; i < entry.value.size(); ++i) {
    Bytes changed = entry.value;
    changed[i] ^= 0x80;
    must(run(memory.commit({{}, {kv::Put{entry.key, changed}}}, soon())));
    const auto kept = decode_request(changed);
    // What a person said is only text; the request and its key stand for themselves.
    if (kept && kept->pending.request == put.request && kept->pending.id == put.id &&
        kept->sealed_key == decode_request(entry.value)->sealed_key) {
      continue;
    }
    EXPECT_FALSE(run(store().requests().key(put.id, soon()))) << i;
  }
}

class ExportTest : public testing::StoreFixture {};

TEST_F(ExportTest, I15_a_key_that_leaves_is_in_the_history_first) {
  const auto content = testing::identity({"www.example.org"});
  const Record put = this->put("www", content);
  const auto left =
      must(run(store().export_identity(put.id, {"ops", "for the old balancer"}, soon())));
  EXPECT_TRUE(left.leaf().matches(left.key));
  ASSERT_THAT(history(put.id), SizeIs(2));
  EXPECT_EQ(history(put.id).back().event, Event::key_exported);
  EXPECT_EQ(history(put.id).back().cause.why, "for the old balancer");
  EXPECT_EQ(event_text(history(put.id).back().event), "key exported");
  EXPECT_EQ(record(put.id).version, put.version + 1);
  EXPECT_EQ(record(put.id).chain, put.chain);
  // And it can be served, replaced and removed as before.
  EXPECT_TRUE(run(store().identity(put.id, soon())));
  EXPECT_TRUE(run(store().replace(put.id, testing::identity({"b.example"}), {"a", "b"}, soon())));
  EXPECT_THAT(history(put.id), SizeIs(3));
}

TEST_F(ExportTest, what_has_no_key_is_not_exported) {
  const crypto::testing::Ca ca;
  const Record root = put({.content = ca.root});
  const auto refused = run(store().export_identity(root.id, {"ops", "x"}, soon()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_THAT(history(root.id), SizeIs(1));
}

}  // namespace
}  // namespace gatehouse::certs
