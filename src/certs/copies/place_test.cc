#include "certs/copies/place.h"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"
#include "crypto/testing/chains.h"

namespace gatehouse::certs {
namespace {

using gatehouse::testing::content_of;
using gatehouse::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
namespace files = std::filesystem;

crypto::Identity an_identity(std::string_view name = "pbx.example.com") {
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  auto leaf = crypto::issue_self_signed(crypto::testing::server_spec({name}), key).value();
  auto other = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  auto above =
      crypto::issue_self_signed(crypto::testing::server_spec({"ca.example"}), other).value();
  return {{leaf, above}, key};
}

class Placed : public ::testing::Test {
 protected:
  Placed() {
    copy_.name = "pbx";
    copy_.files = {{Part::certificate, folder_ / "only.crt"},
                   {Part::chain, folder_ / "chain.crt"},
                   {Part::fullchain, folder_ / "full.crt"},
                   {Part::key, folder_ / "pbx.key"},
                   {Part::combined, folder_ / "all.pem"}};
  }
  Result<std::vector<files::path>> place(const crypto::Identity& identity) {
    return certs::place(copy_, identity, self_);
  }
  static unsigned mode_of(const files::path& path) {
    struct stat facts{};
    EXPECT_EQ(stat(path.c_str(), &facts), 0);
    return facts.st_mode & 07777;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& one : files::directory_iterator(folder_.path())) {
      all.push_back(one.path().filename());
    }
    return all;
  }

  TemporaryFolder folder_;
  Copy copy_;
  Account self_{geteuid(), getegid()};
  crypto::Identity identity_ = an_identity();
};

TEST_F(Placed, T4_each_file_holds_its_part) {
  ASSERT_TRUE(place(identity_));
  const std::string leaf = identity_.chain[0].to_pem();
  const std::string above = identity_.chain[1].to_pem();
  const Secret key = identity_.key.to_pem();
  EXPECT_EQ(content_of(folder_ / "only.crt"), leaf);
  EXPECT_EQ(content_of(folder_ / "chain.crt"), above);
  EXPECT_EQ(content_of(folder_ / "full.crt"), leaf + above);
  EXPECT_EQ(content_of(folder_ / "pbx.key"), as_text(key.view()));
  EXPECT_EQ(content_of(folder_ / "all.pem"), std::string(as_text(key.view())) + leaf + above);
  EXPECT_THAT(names(), SizeIs(5)) << "nothing is left beside them";
}

TEST_F(Placed, what_holds_the_key_is_private_and_the_rest_is_public) {
  copy_.mode = 0640;
  ASSERT_TRUE(place(identity_));
  EXPECT_EQ(mode_of(folder_ / "pbx.key"), 0640U);
  EXPECT_EQ(mode_of(folder_ / "all.pem"), 0640U);
  EXPECT_EQ(mode_of(folder_ / "full.crt"), 0644U);
}

TEST_F(Placed, T4_only_what_differs_is_written) {
  EXPECT_THAT(place(identity_).value(), SizeIs(5));
  EXPECT_THAT(place(identity_).value(), IsEmpty());
  std::ofstream(folder_ / "full.crt") << "something else";
  EXPECT_THAT(place(identity_).value(), ElementsAre(folder_ / "full.crt"));
  files::permissions(folder_ / "pbx.key", files::perms{0644});
  EXPECT_THAT(place(identity_).value(), ElementsAre(folder_ / "pbx.key"));
  EXPECT_EQ(mode_of(folder_ / "pbx.key"), 0600U);
}

TEST_F(Placed, another_certificate_replaces_every_file) {
  ASSERT_TRUE(place(identity_));
  const crypto::Identity next = an_identity();
  ASSERT_TRUE(place(next));
  EXPECT_THAT(content_of(folder_ / "full.crt"), HasSubstr(next.leaf().to_pem()));
  EXPECT_THAT(content_of(folder_ / "all.pem"), Not(HasSubstr(identity_.leaf().to_pem())));
}

TEST_F(Placed, a_symbolic_link_is_replaced_and_not_followed) {
  std::ofstream(folder_ / "victim") << "unharmed";
  files::create_symlink(folder_ / "victim", folder_ / "pbx.key");
  files::create_symlink(folder_ / "victim", folder_ / ".full.crt.gatehouse-new");
  ASSERT_TRUE(place(identity_));
  EXPECT_EQ(content_of(folder_ / "victim"), "unharmed");
  EXPECT_FALSE(files::is_symlink(folder_ / "pbx.key"));
}

TEST_F(Placed, nothing_changes_if_one_file_cannot_be_written) {
  ASSERT_TRUE(place(identity_));
  const std::string before = content_of(folder_ / "full.crt");
  copy_.files.push_back({Part::key, folder_ / "missing" / "pbx.key"});
  const auto placed = place(an_identity());
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, ErrorKind::not_found);
  EXPECT_THAT(placed.error().what, HasSubstr("make the folder first"));
  EXPECT_EQ(content_of(folder_ / "full.crt"), before);
  EXPECT_THAT(names(), SizeIs(5));
}

TEST_F(Placed, a_folder_that_all_can_write_to_is_refused) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  const auto placed = place(identity_);
  ASSERT_FALSE(placed);
  EXPECT_THAT(placed.error().what, HasSubstr("chmod o-w"));
  ASSERT_EQ(chmod(folder_.path().c_str(), 0700), 0);
}

TEST_F(Placed, an_end_before_the_renames_leaves_all_as_it_was) {
  ASSERT_TRUE(place(identity_));
  const std::string before = content_of(folder_ / "all.pem");
  const int status = gatehouse::testing::in_child([&] {
    (void)certs::place(copy_, an_identity(), self_, [] { _exit(7); });
    return 0;
  });
  EXPECT_EQ(status, 7);
  EXPECT_EQ(content_of(folder_ / "all.pem"), before);
  ASSERT_TRUE(place(an_identity())) << "what was left half done is no obstacle";
  EXPECT_THAT(names(), SizeIs(5));
}

TEST_F(Placed, files_belong_to_the_account_that_was_named) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  self_ = {gatehouse::testing::kNobody, 12};
  ASSERT_TRUE(place(identity_));
  struct stat facts{};
  ASSERT_EQ(stat((folder_ / "pbx.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, gatehouse::testing::kNobody);
  EXPECT_EQ(facts.st_gid, 12U);
}

TEST_F(Placed, an_account_is_looked_up_by_its_name) {
  copy_.owner = "root";
  EXPECT_EQ(account_of(copy_).value(), (Account{0, 0}));
  copy_.group = "nogroup";
  EXPECT_EQ(account_of(copy_).value().user, 0U);
  copy_.owner = "nobody-of-this-name";
  EXPECT_THAT(account_of(copy_).error().what, HasSubstr("no user nobody-of-this-name"));
  copy_.owner = "root";
  copy_.group = "no-such-group";
  EXPECT_EQ(account_of(copy_).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace gatehouse::certs
