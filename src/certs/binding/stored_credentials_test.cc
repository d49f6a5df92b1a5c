#include "certs/binding/stored_credentials.h"

#include <thread>

#include <gmock/gmock.h>

#include "certs/binding/name_index.h"
#include "certs/store/record_codec.h"
#include "certs/store/record_writes.h"
#include "certs/store/store_keys.h"
#include "certs/testing/records.h"
#include "kv/memory_engine.h"
#include "kv/testing/harness.h"

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;

// A store in memory with a thread of its own.
class StoredIdentities : public ::testing::Test {
 protected:
  // Before start().
  Record put(const crypto::Identity& identity) {
    Record record({RecordId::random(), Shelf::identities, RecordName::parse("x").value(),
                   Owner::machine(), Origin::import, testing::kNow},
                  identity.chain);
    EXPECT_TRUE(engine->commit(
        {{},
         adding(record, vault->seal(record.id, record.sha256, identity.key), {"tester", ""})
             .writes}));
    return record;
  }
  void write(kv::Write one) { EXPECT_TRUE(engine->commit({{}, {std::move(one)}})); }
  StoredCredentials& source() {
    if (!thread) {
      thread = kv::StoreThread::start(std::move(engine), clock).value();
      source_ = std::make_unique<StoredCredentials>(*thread, reactor, reader);
    }
    return *source_;
  }
  Result<LoadedCredential> load(const RecordId& id) {
    return kv::testing::run(reactor, source().load(id, kv::testing::soon(reactor)));
  }

  kv::testing::SharedFakeClock clock;
  io::Reactor reactor{clock};
  std::unique_ptr<kv::Engine> engine = std::make_unique<kv::MemoryEngine>();
  std::shared_ptr<const KeyVault> vault = std::make_shared<const KeyVault>(KeyVault::create());
  std::shared_ptr<CredentialReader> reader = std::make_shared<CredentialReader>(vault);
  std::unique_ptr<kv::StoreThread> thread;

 private:
  std::unique_ptr<StoredCredentials> source_;
};

TEST_F(StoredIdentities, are_read_with_their_keys) {
  const auto identity = crypto::testing::Ca().serve({"www.example.org", "*.example.org"});
  const Record record = put(identity);
  const auto loaded = load(record.id);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->credential->key().spki_sha256(), identity.key.spki_sha256());
  EXPECT_EQ(loaded->tag, tag_of(record.sha256));
  EXPECT_TRUE(loaded->names.covers(ServerName::parse("a.example.org").value()));
  EXPECT_GT(loaded->bytes, identity.leaf().der().size());
}

TEST_F(StoredIdentities, that_are_not_there_are_not_found) {
  const auto loaded = load(RecordId::random());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::not_found);
}

TEST_F(StoredIdentities, that_are_damaged_are_told_by_their_entry) {
  const Record record = put(testing::identity({"a.example"}));
  const Record other = put(testing::identity({"b.example"}));
  const Record third = put(testing::identity({"c.example"}));
  write(kv::Put{keys::record(record.id), {1, 2, 3}});
  write(kv::Put{keys::sealed_key(other.id), {1, 2, 3}});
  write(kv::Erase{keys::sealed_key(third.id)});
  EXPECT_THAT(load(record.id).error().what, HasSubstr(keys::record(record.id)));
  EXPECT_THAT(load(other.id).error().what, HasSubstr("damaged"));
  EXPECT_EQ(load(third.id).error().kind, ErrorKind::not_found);
}

TEST_F(StoredIdentities, I14_the_key_of_another_record_is_refused) {
  const Record a = put(testing::identity({"a.example"}));
  const auto other = crypto::testing::Ca().serve({"b.example"});
  write(kv::Put{keys::sealed_key(a.id),
                vault->seal(RecordId::random(), other.leaf().sha256(), other.key)});
  EXPECT_FALSE(load(a.id));
}

TEST_F(StoredIdentities, share_the_authorities_that_they_have_in_common) {
  const crypto::testing::Ca ca;
  const Record a = put(ca.serve({"a.example"}));
  const Record b = put(ca.serve({"b.example"}));
  const auto first = load(a.id);
  const auto second = load(b.id);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->credential->chain().back(), second->credential->chain().back());
  EXPECT_NE(first->credential->chain().front(), second->credential->chain().front());
}

// For the thread sanitizer: two reactors that ask at once.
TEST_F(StoredIdentities, are_read_for_several_reactors_at_once) {
  const crypto::testing::Ca ca;
  std::vector<Record> records;
  for (int i = 0; i < 20; ++i) records.push_back(put(ca.serve({fmt::format("n{}.example", i)})));
  (void)source();
  const auto work = [this, &records] {
    io::Reactor own(clock);
    StoredCredentials mine(*thread, own, reader);
    for (int round = 0; round < 5; ++round) {
      for (const Record& record : records) {
        const auto loaded = kv::testing::run(own, mine.load(record.id, kv::testing::soon(own)));
        EXPECT_TRUE(loaded.has_value());
      }
    }
  };
  std::thread other(work);
  work();
  other.join();
}

}  // namespace
}  // namespace gatehouse::certs
