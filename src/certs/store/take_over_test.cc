#include "certs/store/take_over.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "certs/store/identity_files.h"
#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using crypto::testing::Ca;
using gatehouse::testing::content_of;
using gatehouse::testing::TemporaryFolder;
using testing::FaultyStore;
using ::testing::HasSubstr;
using testing::identity;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TakeOver : public testing::StoreFixture {
 protected:
  void SetUp() override {
    auto writer = folder.writer().value();
    must(write_files(writer, files()));
  }
  std::vector<PendingFile> files() {
    std::vector<PendingFile> all;
    all.push_back(private_file("ca/root", root));
    all.push_back(private_file("ca/server", issuer));
    all.push_back(private_file("identities/default", by_default));
    all.push_back(private_file("identities/self-signed", self_signed));
    return all;
  }
  Result<std::vector<Record>> take() {
    auto records = records_of_files(folder);
    if (!records) return pass_on(records);
    return run(take_over(store(), std::move(*records), soon()));
  }
  crypto::Identity whole(std::string_view name) {
    const auto choice = must(find("name:" + std::string(name)));
    return must(run(store().identity(choice.candidates[0].record.id, soon())));
  }

  const Ca ca;
  const crypto::Identity root{{ca.root}, ca.root_key};
  const crypto::Identity issuer{{ca.intermediate}, ca.key};
  const crypto::Identity by_default = ca.serve({"plant4.example", "localhost"});
  const crypto::Identity self_signed = identity({"other.example"});
  TemporaryFolder folders;
  StateFolder folder = StateFolder::open(folders / "state").value();
};

TEST_F(TakeOver, T2_every_identity_of_the_files_is_kept_unchanged) {
  const auto added = take();
  ASSERT_TRUE(added) << added.error().what;
  EXPECT_THAT(*added, SizeIs(5));
  for (const auto& [name, content] :
       {std::pair{"default", by_default}, std::pair{"self-signed", self_signed},
        std::pair{"local CA root", root}, std::pair{"local CA server issuer", issuer}}) {
    EXPECT_EQ(whole(name).chain, content.chain) << name;
    EXPECT_EQ(whole(name).key.spki_sha256(), content.key.spki_sha256()) << name;
  }
  EXPECT_EQ(find("name:default")->candidates[0].record.origin, Origin::default_identity);
  EXPECT_EQ(find("name:self-signed")->candidates[0].record.origin, Origin::self_signed);
  EXPECT_EQ(find("name:local CA root")->candidates[0].record.origin, Origin::local_ca);
  const auto anchor = run(store().find(
      {.selector = Selector::by_name("local CA").value(), .shelf = Shelf::anchors}, soon()));
  ASSERT_TRUE(anchor);
  EXPECT_EQ(anchor->candidates[0].record.chain, root.chain);
}

TEST_F(TakeOver, T2_the_files_stay_as_they_are) {
  const std::string before = content_of(folder.path() / "ca/root.pem");
  ASSERT_TRUE(take());
  EXPECT_EQ(content_of(folder.path() / "ca/root.pem"), before);
}

TEST_F(TakeOver, T2_happens_once) {
  ASSERT_TRUE(take());
  const auto before = everything();
  EXPECT_THAT(*take(), IsEmpty());
  EXPECT_EQ(everything(), before);
}

TEST_F(TakeOver, that_was_cut_off_goes_on) {
  for (std::size_t number = 1; number <= 5; ++number) {
    kv::MemoryStore other(reactor);
    FaultyStore faulty(other);
    const auto on =
        must(run(CertificateStore::open(faulty, reactor, master, usage, soon(), testing::kCheap)));
    faulty.fail_at(number, FaultyStore::When::after);
    EXPECT_FALSE(run(take_over(*on, records_of_files(folder).value(), soon()))) << number;
    const auto rest = run(take_over(*on, records_of_files(folder).value(), soon()));
    ASSERT_TRUE(rest) << rest.error().what;
    EXPECT_THAT(*rest, SizeIs(5 - number));
  }
}

TEST_F(TakeOver, of_a_folder_without_files_takes_nothing) {
  const TemporaryFolder empty;
  const auto folder_without = StateFolder::open(empty / "state").value();
  EXPECT_THAT(*records_of_files(folder_without), IsEmpty());
}

TEST_F(TakeOver, of_a_damaged_file_takes_nothing_and_names_it) {
  gatehouse::testing::put(folder.path() / "identities/default.pem", "damaged");
  const auto refused = take();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("identities/default.pem is damaged"));
  EXPECT_THAT(must(run(store().reader().list({}, "", 10, soon()))).records, IsEmpty());
}

}  // namespace
}  // namespace gatehouse::certs
