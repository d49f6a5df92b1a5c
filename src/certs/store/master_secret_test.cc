#include "certs/store/master_secret.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "crypto/digest.h"

namespace gatehouse::certs {
namespace {

using gatehouse::testing::content_of;
using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr std::string_view kHex =
    "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

// The state folder and the credentials of one machine.
class MachineMasterTest : public ::testing::Test {
 protected:
  Result<std::optional<MasterSecret>> read() { return master().read(); }
  MachineMaster master() {
    return {folder, [this](const char* name) { return variable(name); }, passphrase_file};
  }
  std::optional<std::string> variable(std::string_view name) const {
    if (name != "CREDENTIALS_DIRECTORY" || !with_credentials) return std::nullopt;
    return (root / "credentials").string();
  }
  void put_private(const std::filesystem::path& file, std::string_view content) {
    put(file, content);
    ::chmod(file.c_str(), 0600);
  }
  static std::string hex(const Result<std::optional<MasterSecret>>& secret) {
    if (!secret) return secret.error().what;
    if (!*secret) return "none";
    const auto* key = std::get_if<MasterKey>(&**secret);
    return key == nullptr ? "a passphrase" : crypto::hex(key->bytes.view());
  }
  static std::string passphrase(const Result<std::optional<MasterSecret>>& secret) {
    const auto* text = secret && *secret ? std::get_if<MasterPassphrase>(&**secret) : nullptr;
    return text == nullptr ? "none" : std::string(as_text(text->text.view()));
  }

  TemporaryFolder root;
  StateFolder folder = StateFolder::open(root / "state").value();
  bool with_credentials = false;
  std::optional<std::filesystem::path> passphrase_file;
};

TEST_F(MachineMasterTest, M7_a_key_is_made_once_in_a_private_file) {
  EXPECT_EQ(hex(read()), "none");
  const auto made = master().make();
  ASSERT_TRUE(made);
  EXPECT_EQ(hex(read()), crypto::hex(std::get<MasterKey>(*made).bytes.view()));
  EXPECT_THAT(content_of(root / "state/master.key"), MatchesRegex("[0-9a-f]{64}\n"));
  struct stat facts{};
  ASSERT_EQ(::stat((root / "state/master.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(MachineMasterTest, M7_a_key_that_others_can_read_is_refused) {
  ASSERT_TRUE(master().make());
  ::chmod((root / "state/master.key").c_str(), 0644);
  const auto refused = read();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("master.key"));
  EXPECT_THAT(refused.error().what, HasSubstr("chmod"));
}

TEST_F(MachineMasterTest, a_credential_comes_before_the_file) {
  ASSERT_TRUE(master().make());
  put(root / "credentials/gatehouse-master-key", kHex);
  constexpr auto kLower = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  EXPECT_NE(hex(read()), kLower);
  with_credentials = true;
  EXPECT_EQ(hex(read()), kLower);
  std::filesystem::remove(root / "credentials/gatehouse-master-key");
  put(root / "credentials/gatehouse-master-passphrase", "correct horse\n");
  EXPECT_EQ(passphrase(read()), "correct horse");
}

TEST_F(MachineMasterTest, two_credentials_at_once_are_refused) {
  with_credentials = true;
  put(root / "credentials/gatehouse-master-key", kHex);
  put(root / "credentials/gatehouse-master-passphrase", "correct horse");
  EXPECT_THAT(read().error().what, HasSubstr("give one of them"));
}

TEST_F(MachineMasterTest, a_passphrase_comes_from_a_private_file) {
  passphrase_file = root / "passphrase";
  EXPECT_THAT(read().error().what, HasSubstr("is not there"));
  put_private(root / "passphrase", " a passphrase \r\n");
  EXPECT_EQ(passphrase(read()), " a passphrase ");
  put_private(root / "passphrase", "\n");
  EXPECT_THAT(read().error().what, HasSubstr("is empty"));
  put_private(root / "passphrase", "a passphrase");
  ::chmod((root / "passphrase").c_str(), 0640);
  EXPECT_THAT(read().error().what, HasSubstr("chmod 600"));
}

TEST_F(MachineMasterTest, it_says_where_the_secret_came_from) {
  auto source = master();
  ASSERT_TRUE(source.read());
  EXPECT_EQ(source.where(), "the master key in " + (root / "state/master.key").string());
  passphrase_file = root / "passphrase";
  put_private(root / "passphrase", "a");
  auto from_file = master();
  ASSERT_TRUE(from_file.read());
  EXPECT_EQ(from_file.where(), "the passphrase in " + (root / "passphrase").string());
  with_credentials = true;
  put(root / "credentials/gatehouse-master-key", kHex);
  auto from_credentials = master();
  ASSERT_TRUE(from_credentials.read());
  EXPECT_EQ(from_credentials.where(), "the credentials in " + (root / "credentials").string());
}

TEST_F(MachineMasterTest, what_is_no_key_is_refused_and_not_shown) {
  for (const std::string& content :
       {std::string(kHex.substr(1)), std::string(kHex) + "0", std::string(63, 'a') + "g",
        std::string(31, '\x01'), std::string(33, '\x01'), std::string(), std::string(5000, 'a')}) {
    put_private(root / "state/master.key", content);
    const auto refused = read();
    ASSERT_FALSE(refused) << content.size();
    EXPECT_THAT(refused.error().what, HasSubstr("master.key"));
    if (content.size() < 8) continue;
    EXPECT_THAT(refused.error().what, Not(HasSubstr(content.substr(0, 8))));
  }
}

TEST_F(MachineMasterTest, a_key_is_32_bytes_or_their_digits) {
  EXPECT_TRUE(parse_master_key(Secret(kHex)));
  EXPECT_TRUE(parse_master_key(Secret(std::string(kHex) + "\n")));
  EXPECT_TRUE(parse_master_key(Secret(std::string(kHex) + "\r\n")));
  EXPECT_TRUE(parse_master_key(Secret(std::string(32, '\0'))));
  EXPECT_FALSE(parse_master_key(Secret(" " + std::string(kHex))));
}

TEST_F(MachineMasterTest, a_folder_that_cannot_be_written_makes_none_and_says_so) {
  // A folder in the way of the file fails the same for root.
  std::filesystem::create_directory(root / "state/master.key");
  const auto failed = master().make();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().what, HasSubstr("master.key"));
}

}  // namespace
}  // namespace gatehouse::certs
