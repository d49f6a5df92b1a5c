#include "api/secrets.h"

#include <gtest/gtest.h>

#include "api/json.h"
#include "api/messages.h"

namespace gatehouse::api {
namespace {

TEST(WipeSecrets, texts_and_bytes_that_are_secret_are_gone_and_nothing_else) {
  ImportCertificatesRequest request;
  auto& file = *request.add_files();
  file.set_name("site.pfx");
  file.set_content("a private key");
  request.add_passphrases("one");
  request.add_passphrases("two");
  request.set_why("bought");
  wipe_secrets(request);
  EXPECT_EQ(to_json(request), R"({"files":[{"name":"site.pfx"}],"why":"bought"})");
}

TEST(WipeSecrets, the_memory_itself_is_overwritten) {
  ExportKeyRequest request;
  request.set_passphrase("a passphrase that is long enough not to be kept in place");
  const char* at = request.passphrase().data();
  wipe_secrets(request);
  EXPECT_EQ(std::string_view(at, 12), std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0", 12));
  EXPECT_TRUE(request.passphrase().empty());
}

TEST(WipeSecrets, a_message_without_any_stays_as_it_is) {
  ChangeRequest request;
  request.set_why("because");
  request.add_edits()->set_remove_site("a.example");
  const std::string before = to_json(request);
  wipe_secrets(request);
  EXPECT_EQ(to_json(request), before);
}

}  // namespace
}  // namespace gatehouse::api
