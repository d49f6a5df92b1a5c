#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "cli/carry_out.h"
#include "cli/exit_code.h"
#include "cli/testing/fake_api.h"

namespace gatehouse::cli {
namespace {

using ::gatehouse::testing::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPassphrase = "7h2k-9x4m-correct-staple";

// A command line about a CA and what comes of it.
class CaVerbs : public ::testing::Test {
 protected:
  CaVerbs() {
    stage_.here = folder_.file("");
    std::ofstream(folder_.file("secret")) << kPassphrase << "\nsecond line\n";
  }
  Result<int> carry_out(const std::vector<std::string>& words) {
    auto command =
        parse_command_line(words, [this](const char* name) { return stage_.variable(name); });
    if (!command) return pass_on(command);
    return cli::carry_out(*command, stage_.around());
  }
  int done(const std::vector<std::string>& words) {
    const auto code = carry_out(words);
    if (!code) ADD_FAILURE() << code.error().what;
    return code.value_or(-1);
  }
  ErrorKind refused(const std::vector<std::string>& words) {
    const auto code = carry_out(words);
    EXPECT_FALSE(code);
    return code ? ErrorKind::failed : code.error().kind;
  }
  void answer(std::string_view method, std::string json) {
    stage_.gatehouse.answers["gatehouse.v1.AuthorityService/" + std::string(method)] =
        std::move(json);
  }
  // What was asked, in order: "Method {...}".
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const auto& [method, request] : stage_.gatehouse.asked) {
      all.push_back(method.substr(method.find('/') + 1) + " " + request);
    }
    return all;
  }
  std::string content(const char* name) const { return TemporaryFolder::read(folder_.file(name)); }
  const std::string& said() const { return stage_.console.said; }

  TemporaryFolder folder_;
  testing::Stage stage_;
};

TEST_F(CaVerbs, init_says_what_may_be_certified_and_what_comes_next) {
  answer("Init", R"json({"authority":{"name":"plant","roots":[{"number":1,"state":"active",
    "subject":"CN=plant root 1","sha256":"00112233445566778899aabbccddeeff"}]},
    "notes":["It may certify plant4.local and nothing else, for as long as it lives."]})json");
  EXPECT_EQ(done({"ca", "init", "plant", "--permit", ".plant4.local", "--permit", "10.0.0.0/8",
                  "--days", "30"}),
            0);
  EXPECT_EQ(said(),
            "The CA plant is made.\n"
            "note     It may certify plant4.local and nothing else, for as long as it lives.\n"
            "\nCN=plant root 1\nSHA-256:\n0011 2233 4455 6677 8899 AABB CCDD EEFF\n"
            "\nLet devices trust it: gatehouse trust export --ca plant --for TARGET\n"
            "                      gatehouse trust page --ca plant\n"
            "Issue certificates:   gatehouse ca issue plant NAME...\n");
  EXPECT_EQ(asked().at(0),
            R"(Init {"name":"plant","permitted":[".plant4.local","10.0.0.0/8"],"leafDays":30})");
}

TEST_F(CaVerbs, every_flag_of_issue_reaches_the_running_gatehouse) {
  answer("Issue", "{}");
  EXPECT_EQ(done({"ca", "issue", "plant", "a.plant4.local", "b.plant4.local", "--each",
                  "--key-type", "p384", "--days", "7", "--why", "back-ends", "--dry-run"}),
            0);
  EXPECT_EQ(asked().at(0), R"(Issue {"authority":"plant","names":["a.plant4.local",)"
                           R"("b.plant4.local"],"role":"serverAuth","keyType":"p384","days":7,)"
                           R"("each":true,"dryRun":true,"why":"back-ends"})");
  EXPECT_EQ(done({"ca", "issue", "plant", "fe-auth", "--client", "--name", "fe"}), 0);
  EXPECT_THAT(asked().at(1), HasSubstr(R"("role":"clientAuth","certificate":"fe")"));
}

TEST_F(CaVerbs, what_is_handed_out_is_written_to_files_that_only_their_owner_reads) {
  answer("Issue", R"json({"certificates":[{"row":{"subject":"*.plant4.local","serial":"5d0c",
    "names":["*.plant4.local"]},"chain":"the chain\n","key":"the encrypted key\n"}],
    "anchors":"the roots\n"})json");
  EXPECT_EQ(done({"ca", "issue", "plant", "*.plant4.local", "--out", "out", "--passphrase-file",
                  "secret"}),
            0);
  EXPECT_THAT(asked().at(0), HasSubstr(std::string(R"("passphrase":")") + kPassphrase + "\""));
  EXPECT_EQ(content("out/_.plant4.local.crt"), "the chain\n");
  EXPECT_EQ(content("out/_.plant4.local.key"), "the encrypted key\n");
  EXPECT_EQ(content("out/ca.crt"), "the roots\n");
  struct stat about{};
  ASSERT_EQ(::stat(folder_.file("out/_.plant4.local.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  EXPECT_THAT(said(), Not(HasSubstr("encrypted key")));
}

TEST_F(CaVerbs, a_request_is_sent_as_it_is_and_its_certificate_is_data) {
  answer("Issue", R"json({"certificates":[{"row":{"subject":"printer.plant4.local","serial":"5d0c",
    "names":["printer.plant4.local"],"notAfter":"2026-12-01T00:00:00Z"},"chain":"the chain\n"}],
    "notes":["The request asks to be a CA; the certificate is none, and signs nothing."]})json");
  std::ofstream(folder_.file("printer.csr")) << "the request";
  EXPECT_EQ(done({"ca", "issue", "plant", "--request", "printer.csr"}), 0);
  EXPECT_EQ(asked().at(0),
            R"(Issue {"authority":"plant","role":"serverAuth","request":"dGhlIHJlcXVlc3Q="})");
  EXPECT_EQ(said(), "the chain\n");
  EXPECT_THAT(stage_.console.talked, HasSubstr("asks to be a CA"));
  EXPECT_EQ(done({"ca", "issue", "plant", "--request", "printer.csr", "--host", "a.plant4.local",
                  "--host", "10.0.0.1", "--client", "--days", "7", "--out", "printer.crt"}),
            0);
  EXPECT_THAT(asked().at(1), HasSubstr(R"("names":["a.plant4.local","10.0.0.1"])"));
  EXPECT_THAT(asked().at(1), HasSubstr(R"("role":"clientAuth")"));
  EXPECT_EQ(content("printer.crt"), "the chain\n");
}

TEST_F(CaVerbs, the_certificate_of_a_request_replaces_no_file) {
  std::ofstream(folder_.file("printer.csr")) << "the request";
  std::ofstream(folder_.file("printer.key")) << "the key";
  EXPECT_EQ(refused({"ca", "issue", "plant", "--request", "printer.csr", "--out", "printer.key"}),
            ErrorKind::conflict);
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(content("printer.key"), "the key");
}

TEST_F(CaVerbs, what_belongs_to_a_key_that_is_made_here_does_not_go_with_a_request) {
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"a.plant4.local"},
                                             {"--each"},
                                             {"--name", "x"},
                                             {"--replace", "x"},
                                             {"--key-type", "p384"},
                                             {"--passphrase-file", "secret"}}) {
    std::vector<std::string> words{"ca", "issue", "plant", "--request", "printer.csr"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(refused(words), ErrorKind::usage) << more.front();
  }
  EXPECT_EQ(refused({"ca", "issue", "plant", "a.plant4.local", "--host", "b"}), ErrorKind::usage);
  EXPECT_EQ(refused({"ca", "issue", "plant"}), ErrorKind::usage);
}

TEST_F(CaVerbs, what_was_issued_can_be_printed_again) {
  answer("Get", R"json({"chain":"the chain\n","anchors":"the roots\n"})json");
  EXPECT_EQ(done({"ca", "show", "plant", "--certificate", "5d0c3a9f"}), 0);
  EXPECT_EQ(asked().at(0), R"(Get {"name":"plant","certificate":"5d0c3a9f"})");
  EXPECT_EQ(said(), "the chain\n");
  EXPECT_EQ(refused({"ca", "show", "plant", "--certificate", "5d0c", "--anchors"}),
            ErrorKind::usage);
}

TEST_F(CaVerbs, nothing_is_issued_that_would_find_no_place) {
  std::filesystem::create_directory(folder_.file("out"));
  std::ofstream(folder_.file("out/b.plant4.local.key")) << "of somebody";
  EXPECT_EQ(refused({"ca", "issue", "plant", "a.plant4.local", "b.plant4.local", "--each", "--out",
                     "out", "--passphrase-file", "secret"}),
            ErrorKind::conflict);
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(content("out/b.plant4.local.key"), "of somebody");
}

TEST_F(CaVerbs, what_does_not_go_together_is_refused) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"ca", "issue", "plant"},
           {"ca", "issue", "plant", "a", "--out", "out"},
           {"ca", "issue", "plant", "a", "--passphrase-file", "secret"},
           {"ca", "issue", "plant", "a", "--out", "out", "--passphrase-file", "secret",
            "--passphrase-stdin"},
           {"ca", "rotate", "plant", "--issuers", "--trusted"},
           {"ca", "detach", "plant", "--passphrase-file", "secret"},
           {"ca", "detach", "plant", "--to", "root.p12"},
           {"ca", "attach", "plant", "--passphrase-file", "secret"},
           {"ca", "revoke", "plant"},
           {"ca", "init"}}) {
    EXPECT_EQ(refused(words), ErrorKind::usage);
  }
  EXPECT_TRUE(asked().empty());
}

TEST_F(CaVerbs, an_empty_passphrase_is_none) {
  std::ofstream(folder_.file("secret")) << "\nsecond line\n";
  EXPECT_EQ(refused({"ca", "attach", "plant", "--from", "secret", "--passphrase-file", "secret"}),
            ErrorKind::invalid);
  EXPECT_TRUE(asked().empty());
}

TEST_F(CaVerbs, detach_asks_to_erase_only_what_it_has_read_back) {
  answer("Detach", R"json({"pkcs12":"dGhlIGZpbGU=","erased":true,"root":{"number":1}})json");
  EXPECT_EQ(done({"ca", "detach", "plant", "--to", "root.p12", "--passphrase-file", "secret"}), 0);
  EXPECT_EQ(content("root.p12"), "the file");
  ASSERT_EQ(asked().size(), 2U);
  EXPECT_THAT(asked()[0], Not(HasSubstr("written")));
  EXPECT_THAT(asked()[1], HasSubstr(R"("written":"dGhlIGZpbGU=")"));
  EXPECT_THAT(said(), HasSubstr("and nowhere on this machine"));
}

TEST_F(CaVerbs, detach_never_writes_over_a_file) {
  std::ofstream(folder_.file("root.p12")) << "of somebody";
  EXPECT_EQ(refused({"ca", "detach", "plant", "--to", "root.p12", "--passphrase-file", "secret"}),
            ErrorKind::conflict);
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(content("root.p12"), "of somebody");
}

TEST_F(CaVerbs, rotate_has_two_steps_and_issuers) {
  answer("Rotate", "{}");
  answer("Trust", "{}");
  EXPECT_EQ(done({"ca", "rotate", "plant"}), 0);
  EXPECT_EQ(done({"ca", "rotate", "plant", "--trusted", "--why", "all devices have it"}), 0);
  EXPECT_EQ(done({"ca", "rotate", "plant", "--issuers"}), 0);
  EXPECT_THAT(asked(),
              ::testing::ElementsAre(R"(Rotate {"name":"plant"})",
                                     R"(Trust {"name":"plant","why":"all devices have it"})",
                                     R"(Rotate {"name":"plant","issuers":true})"));
}

TEST_F(CaVerbs, revocation_lists_are_data_and_what_they_are_is_talk) {
  answer("Crl", R"json({"lists":[{"issuer":"server issuer 1.1","number":"3","revoked":2,
    "nextUpdate":"2026-09-28T14:13:20Z","pem":"the list\n"},{"pem":"another\n"}]})json");
  EXPECT_EQ(done({"ca", "crl", "plant"}), 0);
  EXPECT_EQ(said(), "the list\nanother\n");
  EXPECT_THAT(stage_.console.talked,
              HasSubstr("server issuer 1.1: list 3, 2 revoked, good until 2026-09-28T14:13:20Z\n"));
  EXPECT_EQ(done({"ca", "crl", "plant", "--out", "plant.crl"}), 0);
  EXPECT_EQ(content("plant.crl"), "the list\nanother\n");
}

TEST_F(CaVerbs, list_and_show_fit_into_80_columns) {
  answer("List", R"json({"authorities":[
    {"name":"machine","readOnly":true,"permitted":"localhost, gate1, 127.0.0.0/8, ::1, 10.20.30.40"},
    {"name":"plant","issued":12,"revoked":1,"permitted":"plant4.local",
     "roots":[{"state":"active","notAfter":"2046-09-16T14:13:20Z"}]},
    {"name":"world"}]})json");
  answer("Get", R"json({"authority":{"name":"plant","permitted":"plant4.local","leafDays":90,
    "roots":[{"number":1,"state":"active","subject":"CN=plant root 1 (gate1 2026-09),O=gatehouse",
              "notAfter":"2046-09-16T14:13:20Z","keyIsHere":true,
              "sha256":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}],
    "issuers":[{"name":"server issuer 1.1","active":true,"notAfter":"2031-09-20T14:13:20Z"},
               {"name":"client issuer 1.1","notAfter":"2031-09-20T14:13:20Z"}]},
    "issued":[{"serial":"5d0c3a9f00112233","names":["be1.plant4.local","be2.plant4.local","c"],
               "role":"serverAuth","state":"revoked","reason":"superseded",
               "notAfter":"2026-12-20T14:13:20Z"}]})json");
  EXPECT_EQ(done({"ca", "list"}), 0);
  EXPECT_EQ(done({"ca", "show", "plant"}), 0);
  EXPECT_THAT(said(), HasSubstr("world                 0                every name\n"));
  EXPECT_THAT(said(), HasSubstr("server issuer 1.1  signs         in 5 years"));
  EXPECT_THAT(said(), HasSubstr("client issuer 1.1  revokes only  in 5 years"));
  EXPECT_THAT(
      said(),
      HasSubstr("be1.plant4.local, and 2 more  5d0c3a9f  serverAuth  revoked: superseded\n"));
  std::istringstream lines(said());
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(CaVerbs, show_anchors_prints_the_roots_alone) {
  answer("Get", R"json({"authority":{"name":"plant"},"anchors":"the roots\n"})json");
  EXPECT_EQ(done({"ca", "show", "plant", "--anchors"}), 0);
  EXPECT_EQ(said(), "the roots\n");
}

TEST_F(CaVerbs, an_error_of_the_running_gatehouse_is_passed_on) {
  stage_.gatehouse.errors["gatehouse.v1.AuthorityService/Issue"] = Error{
      Fault::operator_input, false, "the CA plant may not certify x", ErrorKind::not_permitted};
  EXPECT_EQ(refused({"ca", "issue", "plant", "x"}), ErrorKind::not_permitted);
}

}  // namespace
}  // namespace gatehouse::cli
