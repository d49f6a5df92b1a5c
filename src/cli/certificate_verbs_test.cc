#include <fstream>
#include <sstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "cli/carry_out.h"
#include "cli/small_file.h"
#include "cli/testing/fake_api.h"

namespace gatehouse::cli {
namespace {

using ::gatehouse::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kImport = "gatehouse.v1.CertificateService/Import";
constexpr const char* kList = "gatehouse.v1.CertificateService/List";
constexpr const char* kGet = "gatehouse.v1.CertificateService/Get";
constexpr const char* kExport = "gatehouse.v1.CertificateService/Export";
constexpr const char* kExportKey = "gatehouse.v1.CertificateService/ExportKey";

class CertificateVerbTest : public ::testing::Test {
 protected:
  CertificateVerbTest() { stage_.here = folder_.file(""); }

  Result<int> carry_out(const std::vector<std::string>& words) {
    auto command =
        parse_command_line(words, [this](const char* name) { return stage_.variable(name); });
    if (!command) return pass_on(command);
    auto around = stage_.around();
    if (!answers_.empty()) {
      around.ask_secret = [this](std::string_view) { return std::optional(answers_); };
    }
    return cli::carry_out(*command, around);
  }
  int done(const std::vector<std::string>& words) {
    const auto code = carry_out(words);
    if (!code) ADD_FAILURE() << code.error().what;
    return code.value_or(-1);
  }
  Error refused(const std::vector<std::string>& words) {
    const auto code = carry_out(words);
    EXPECT_FALSE(code);
    return code ? Error{} : code.error();
  }
  std::vector<std::string> asked_of(std::string_view method) const {
    std::vector<std::string> all;
    for (const auto& [name, request] : stage_.gatehouse.asked) {
      if (name == method) all.push_back(request);
    }
    return all;
  }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_.file(name)) << text;
  }
  std::string read(const std::string& name) const {
    return TemporaryFolder::read(folder_.file(name));
  }
  unsigned mode_of(const std::string& name) const {
    struct stat facts{};
    EXPECT_EQ(stat(folder_.file(name).c_str(), &facts), 0);
    return facts.st_mode & 0777;
  }
  const std::string& said() const { return stage_.console.said; }
  const std::string& talked() const { return stage_.console.talked; }
  void expect_80_columns() const {
    std::istringstream lines(said());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  }

  TemporaryFolder folder_;
  testing::Stage stage_;
  std::string answers_;  // of the person at the terminal; "": nobody is there
};

// ------------------------------------------------------------------ import

constexpr const char* kImported = R"json({
    "found":[{"kind":"identity","names":["files.example.com"],"keyType":"ECDSA P-256",
              "notAfter":"2026-12-20T14:13:20Z","fate":"added","name":"files"},
             {"kind":"anchor","subject":"CN=root","keyType":"RSA 4096",
              "notAfter":"2036-12-20T14:13:20Z","fate":"added","name":"root"}],
    "notes":["The chain is not complete."],
    "change":{"applied":true,"plan":[{"text":"\"files\" is stored","state":"done"}]}})json";

TEST_F(CertificateVerbTest, F2_import_sends_the_files_and_says_what_was_inside) {
  write("a.crt", "one");
  write("a.key", "two");
  stage_.gatehouse.answers[kImport] = kImported;
  EXPECT_EQ(done({"cert", "import", "a.crt", "a.key", "--name", "files", "--why", "bought"}), 0);
  EXPECT_THAT(asked_of(kImport),
              ElementsAre(R"({"files":[{"name":"a.crt","content":"b25l"},)"
                          R"({"name":"a.key","content":"dHdv"}],"name":"files","why":"bought"})"));
  EXPECT_EQ(said(),
            "FOUND     FOR                KEY          ENDS        BECOMES\n"
            "identity  files.example.com  ECDSA P-256  2026-12-20  added: files\n"
            "anchor    CN=root            RSA 4096     2036-12-20  added: root\n"
            "note     The chain is not complete.\n"
            "done     \"files\" is stored\n"
            "Applied.\n");
}

TEST_F(CertificateVerbTest, a_refused_import_ends_with_3_and_says_why) {
  write("a.pfx", "x");
  stage_.gatehouse.answers[kImport] =
      R"({"refusals":[{"kind":"expired","sentence":"it expired on 2026-01-01: renew it"}]})";
  EXPECT_EQ(done({"cert", "import", "a.pfx"}), 3);
  EXPECT_EQ(said(), "refused  it expired on 2026-01-01: renew it\nNothing was stored.\n");
}

TEST_F(CertificateVerbTest, a_passphrase_comes_from_a_file_and_never_from_an_argument) {
  write("a.pfx", "x");
  write("pass", "open sesame\r\nsecond line\n");
  stage_.gatehouse.answers[kImport] = kImported;
  EXPECT_EQ(done({"cert", "import", "a.pfx", "--passphrase-file", "pass"}), 0);
  EXPECT_THAT(asked_of(kImport).front(), HasSubstr(R"("passphrases":["open sesame"])"));
  EXPECT_EQ(refused({"cert", "import", "a.pfx", "--passphrase", "x"}).kind, ErrorKind::usage);
  write("empty", "\n");
  EXPECT_THAT(refused({"cert", "import", "a.pfx", "--passphrase-file", "empty"}).what,
              HasSubstr("is no passphrase"));
}

TEST_F(CertificateVerbTest, a_person_at_the_terminal_is_asked_for_a_passphrase_that_is_missing) {
  write("a.pfx", "x");
  stage_.gatehouse.answers[kImport] =
      R"({"refusals":[{"kind":"passphrase_missing","sentence":"a.pfx needs its passphrase"}]})";
  EXPECT_EQ(done({"cert", "import", "a.pfx"}), 3);
  EXPECT_THAT(asked_of(kImport), SizeIs(1));
  answers_ = "typed";
  EXPECT_EQ(done({"cert", "import", "a.pfx"}), 3);
  EXPECT_THAT(asked_of(kImport), SizeIs(3));
  EXPECT_THAT(asked_of(kImport).back(), HasSubstr(R"("passphrases":["typed"])"));
}

TEST_F(CertificateVerbTest, every_flag_of_import_reaches_the_request) {
  write("a.pem", "x");
  stage_.gatehouse.answers[kImport] = "{}";
  EXPECT_EQ(done({"cert", "import", "a.pem", "--owner", "user:anna", "--shelf", "anchors", "--role",
                  "clientAuth", "--replace", "CN=old", "--dry-run"}),
            0);
  EXPECT_THAT(asked_of(kImport).front(),
              AllOf(HasSubstr(R"("owner":"user:anna")"), HasSubstr(R"("shelf":"anchors")"),
                    HasSubstr(R"("role":"clientAuth")"),
                    HasSubstr(R"("replace":{"text":"CN=old"})"), HasSubstr(R"("dryRun":true)")));
  EXPECT_THAT(said(), HasSubstr("There is nothing to change."));
}

TEST_F(CertificateVerbTest, a_file_that_is_not_there_or_too_large_is_told) {
  EXPECT_EQ(refused({"cert", "import", "nothing"}).kind, ErrorKind::not_found);
  write("big", std::string(3 << 20, 'x'));
  EXPECT_THAT(refused({"cert", "import", "big"}).what, HasSubstr("larger than"));
  EXPECT_THAT(asked_of(kImport), IsEmpty());
}

// ------------------------------------------------------------------ find

TEST_F(CertificateVerbTest, T2_list_shows_what_is_served_stored_and_awaited) {
  stage_.gatehouse.answers[kList] = R"json({
    "certificates":[{"names":["gate1"],"state":"valid","origin":"local CA",
                     "notAfter":"2026-12-20T14:13:20Z","percentOfLife":10}],
    "stored":[{"name":"files","shelf":"identities","names":["files.example.com","b.example"],
               "state":"valid","notAfter":"2026-12-20T14:13:20Z","owner":"machine",
               "usedBy":["site files"]}],
    "requests":[{"name":"shop","names":["shop.example"],"keyType":"ECDSA P-256",
                 "created":"2026-09-20T14:13:20Z","who":"root (uid 0)","owner":"machine"}]})json";
  EXPECT_EQ(done({"cert", "list"}), 0);
  EXPECT_THAT(
      said(),
      EndsWith("\nIn the store:\n"
               "NAME   SHELF       FOR                            STATE  ENDS        USED BY\n"
               "files  identities  files.example.com, and 1 more  valid  2026-12-20  site "
               "files\n"
               "\nRequested, and not come yet:\n"
               "NAME  FOR           KEY          SINCE       BY\n"
               "shop  shop.example  ECDSA P-256  2026-09-20  root (uid 0)\n"));
  EXPECT_THAT(said(), StartsWith("NAMES"));
}

TEST_F(CertificateVerbTest, A6_a_filtered_list_is_of_the_store_alone) {
  stage_.gatehouse.answers[kList] = "{}";
  EXPECT_EQ(done({"cert", "list", "--shelf", "anchors", "--owner", "machine", "--role",
                  "serverAuth", "--origin", "import"}),
            0);
  EXPECT_EQ(said(), "No certificate of the store is like that.\n");
  EXPECT_THAT(asked_of(kList).front(),
              R"({"shelf":"anchors","owner":"machine","origin":"import","role":"serverAuth"})");
}

TEST_F(CertificateVerbTest, A6_show_explains_the_ties_within_80_columns) {
  stage_.gatehouse.answers[kGet] = R"json({
    "certificate":{"id":"00112233445566778899aabbccddeeff","name":"files","shelf":"identities",
      "owner":"machine","origin":"import","created":"2026-09-20T14:13:20Z",
      "names":["files.example.com","www.files.example.com","a.example.com","b.example.com"],
      "subject":"CN=files.example.com","issuer":"CN=Example Intermediate,O=Example",
      "notBefore":"2026-09-01T00:00:00Z","notAfter":"2026-12-01T00:00:00Z",
      "sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "keyType":"ECDSA P-256","roles":["serverAuth"],"state":"valid","percentOfLife":22},
    "chain":[{"subject":"CN=files.example.com"},
             {"subject":"CN=Example Intermediate,O=Example","notAfter":"2030-01-01T00:00:00Z"}],
    "candidates":[{"certificate":{"name":"files","sha256":"e3b0c44298fc1c149a"},
                   "reason":"is chosen: the newest that is valid"},
                  {"certificate":{"name":"files (2)","sha256":"0123456789abcdef01"},
                   "reason":"is older: valid from 2026-01-01T00:00:00Z"}]})json";
  EXPECT_EQ(done({"cert", "show", "CN=files.example.com"}), 0);
  expect_80_columns();
  EXPECT_THAT(said(),
              HasSubstr("chain        CN=Example Intermediate,O=Example (until 2030-01-01)"));
  EXPECT_THAT(said(), HasSubstr("used by      nobody\n"));
  EXPECT_THAT(said(), HasSubstr("\nSeveral match:\n- files (e3b0c44298fc1c14) is chosen"));
}

// ------------------------------------------------------------------ export

TEST_F(CertificateVerbTest, I12_a_public_part_is_data_or_a_file_that_is_not_written_over) {
  stage_.gatehouse.answers[kExport] = R"({"content":"UEVNCg==","text":true})";
  EXPECT_EQ(done({"cert", "export", "files"}), 0);
  EXPECT_EQ(said(), "PEM\n");
  EXPECT_EQ(done({"cert", "export", "files", "--out", "files.crt"}), 0);
  EXPECT_EQ(read("files.crt"), "PEM\n");
  write("files.crt", "mine");
  EXPECT_EQ(refused({"cert", "export", "files", "--out", "files.crt"}).kind, ErrorKind::conflict);
  EXPECT_EQ(read("files.crt"), "mine");
  EXPECT_EQ(done({"cert", "export", "files", "--out", "files.crt", "--force"}), 0);
  EXPECT_EQ(read("files.crt"), "PEM\n");
}

TEST_F(CertificateVerbTest, what_is_not_text_is_not_for_a_screen) {
  stage_.gatehouse.answers[kExport] = R"({"content":"AAEC"})";
  EXPECT_THAT(refused({"cert", "export", "files", "--format", "der"}).what, HasSubstr("--out"));
  EXPECT_EQ(said(), "");
  EXPECT_EQ(done({"cert", "export", "files", "--format", "der", "--out", "-"}), 0);
  EXPECT_EQ(said(), std::string("\0\1\2", 3));
}

TEST_F(CertificateVerbTest, I12_a_pfx_is_for_its_owner_alone_and_its_passphrase_is_told_once) {
  stage_.gatehouse.answers[kExportKey] = R"({"content":"AAEC"})";
  EXPECT_EQ(done({"cert", "export", "files", "--with-key", "--for", "windows", "--out", "a.pfx",
                  "--generate-passphrase"}),
            0);
  EXPECT_EQ(mode_of("a.pfx"), 0600u);
  EXPECT_EQ(read("a.pfx"), std::string("\0\1\2", 3));
  EXPECT_EQ(said(), "");
  const auto at = talked().find("not shown again: ");
  ASSERT_NE(at, std::string::npos);
  const std::string passphrase = talked().substr(at + 17, 29);
  EXPECT_THAT(asked_of(kExportKey).front(),
              HasSubstr(fmt::format(R"("profile":"windows","passphrase":"{}")", passphrase)));
}

TEST_F(CertificateVerbTest, I15_a_key_leaves_by_its_own_flag_and_with_a_passphrase_only) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--format", "pfx"},
           {"--format", "key"},
           {"--with-key"},
           {"--with-key", "--format", "pem", "--generate-passphrase"},
           {"--for", "java"},
           {"--generate-passphrase"},
           {"--with-key", "--generate-passphrase"}}) {
    std::vector<std::string> line{"cert", "export", "files"};
    line.insert(line.end(), words.begin(), words.end());
    EXPECT_EQ(refused(line).kind, ErrorKind::usage);
  }
  EXPECT_THAT(stage_.gatehouse.asked, IsEmpty());
}

// ------------------------------------------------------------------ small files

TEST(NewFile, is_whole_or_not_there_and_leaves_nothing_beside_it) {
  const TemporaryFolder folder;
  const std::string file = folder.file("a.pfx");
  EXPECT_TRUE(write_new_file(file, "one", FileMode::owner_only, Existing::kept));
  const auto kept = write_new_file(file, "two", FileMode::owner_only, Existing::kept);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind, ErrorKind::conflict);
  EXPECT_THAT(kept.error().what, HasSubstr("is there already"));
  EXPECT_EQ(read_small_file(file).value(), "one");
  EXPECT_TRUE(write_new_file(file, "two", FileMode::owner_only, Existing::replaced));
  EXPECT_EQ(read_small_file(file).value(), "two");
  EXPECT_FALSE(write_new_file(folder.file("no/a"), "x", FileMode::readable, Existing::kept));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.file("")), {}), 1);
}

}  // namespace
}  // namespace gatehouse::cli
