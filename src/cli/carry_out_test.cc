#include "cli/carry_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "cli/exit_code.h"
#include "cli/testing/fake_api.h"

namespace gatehouse::cli {
namespace {

using ::gatehouse::testing::JsonCheck;
using ::gatehouse::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kChange = "gatehouse.v1.ConfigurationService/Change";

// A command line and what comes of it.
class VerbTest : public ::testing::Test {
 protected:
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
  Error refused(const std::vector<std::string>& words) {
    const auto code = carry_out(words);
    EXPECT_FALSE(code);
    return code ? Error{} : code.error();
  }
  std::string asked_of(std::string_view method) const {
    for (const auto& [name, request] : stage_.gatehouse.asked) {
      if (name == method) return request;
    }
    return "";
  }
  const std::string& said() const { return stage_.console.said; }
  const std::string& talked() const { return stage_.console.talked; }

  testing::Stage stage_;
};

TEST_F(VerbTest, add_prints_the_steps_the_proofs_and_that_it_is_applied) {
  stage_.gatehouse.answers[kChange] = R"json({"applied":true,"revision":"12",
    "plan":[{"text":"port 443 opens on all addresses","state":"done"},
            {"text":"http://localhost:80 stays","state":"done"}],
    "proofs":[{"target":"https://a.example (127.0.0.1:443)","client":"browser","ok":true,
               "sentence":"TLS 1.3, the certificate is trusted."}]})json";
  EXPECT_EQ(done({"add", "a.example", "http://127.0.0.1:8080"}), 0);
  EXPECT_EQ(said(),
            "done     port 443 opens on all addresses\n"
            "done     http://localhost:80 stays\n"
            "ok       browser: https://a.example (127.0.0.1:443): TLS 1.3, the certificate is "
            "trusted.\n"
            "Applied as revision 12.\n");
  EXPECT_EQ(asked_of(kChange), R"({"edits":[{"setSite":{"name":"a.example","site":{"upstreams":)"
                               R"(["http://127.0.0.1:8080"]}}}]})");
}

TEST_F(VerbTest, every_flag_of_add_reaches_the_site) {
  stage_.gatehouse.answers[kChange] = "{}";
  EXPECT_EQ(done({"site",
                  "add",
                  "A.example",
                  "http://127.0.0.1:1",
                  "--listen",
                  ":8443",
                  "--name",
                  "*.b.example",
                  "--route",
                  "/api=http://127.0.0.1:2",
                  "--route",
                  "/api=http://127.0.0.1:3",
                  "--certificate",
                  "a.crt",
                  "--key",
                  "/k/a.key",
                  "--http-external",
                  "refuse",
                  "--http-loopback",
                  "redirect",
                  "--owner",
                  "filesrv",
                  "--trust-boundary",
                  "--tls-profile",
                  "modern",
                  "--why",
                  "because",
                  "--if-revision",
                  "7",
                  "--dry-run"}),
            0);
  EXPECT_EQ(
      asked_of(kChange),
      R"({"edits":[{"setSite":{"name":"a.example","site":{"names":["*.b.example"],)"
      R"("listen":[":8443"],"upstreams":["http://127.0.0.1:1"],"routes":[{"path":"/api",)"
      R"("upstreams":["http://127.0.0.1:2","http://127.0.0.1:3"]}],"certificate":{"files":)"
      R"({"certificate":"/srv/here/a.crt","key":"/k/a.key"}},"http":{"external":"refuse",)"
      R"("loopback":"redirect"},"tlsProfile":"modern","owner":"filesrv","trustBoundary":true}}}],)"
      R"("dryRun":true,"ifRevision":"7","why":"because"})");
}

TEST_F(VerbTest, a_dry_run_prints_the_plan_and_says_that_nothing_has_changed) {
  stage_.gatehouse.answers[kChange] =
      R"({"plan":[{"text":"port 443 opens on all addresses","state":"planned"}]})";
  EXPECT_EQ(done({"add", "a.example", "http://127.0.0.1:1", "--dry-run"}), 0);
  EXPECT_EQ(said(),
            "planned  port 443 opens on all addresses\nThis is the plan. Nothing has changed.\n");
}

TEST_F(VerbTest, a_change_that_was_rolled_back_says_why_and_ends_with_1) {
  stage_.gatehouse.answers[kChange] = R"({"rolledBack":true,
    "plan":[{"text":"port 443 opens","state":"undone","detail":"the proof failed"}],
    "proofs":[{"target":"https://a.example","client":"native","sentence":"no answer"}]})";
  EXPECT_EQ(done({"site", "remove", "a.example"}), 1);
  EXPECT_EQ(said(),
            "undone   port 443 opens\n         the proof failed\n"
            "failed   native: https://a.example: no answer\n"
            "Rolled back: everything is as it was before.\n");
}

TEST_F(VerbTest, a_change_that_is_neither_applied_nor_undone_is_no_success) {
  stage_.gatehouse.answers[kChange] = R"({"plan":[{"text":"x","state":"failed"}]})";
  EXPECT_EQ(done({"site", "disable", "a.example"}), 1);
  EXPECT_THAT(said(), HasSubstr("Failed."));
  EXPECT_EQ(asked_of(kChange), R"({"edits":[{"setEnabled":{"site":"a.example"}}]})");
}

TEST_F(VerbTest, what_is_like_that_already_is_said) {
  stage_.gatehouse.answers[kChange] = "{}";
  EXPECT_EQ(done({"site", "enable", "a.example"}), 0);
  EXPECT_EQ(said(), "There is nothing to change.\n");
}

TEST_F(VerbTest, an_invalid_change_shows_its_diagnostics_as_talk_and_ends_with_3) {
  stage_.gatehouse.answers[kChange] = R"({"diagnostics":[{"code":"GH3001","severity":"error",
    "message":"the file a.crt is not there"}]})";
  EXPECT_EQ(done({"add", "a.example", "http://127.0.0.1:1"}), 3);
  EXPECT_THAT(talked(), HasSubstr("error[GH3001]: the file a.crt is not there"));
  EXPECT_EQ(said(), "Invalid. Nothing has changed.\n");
}

TEST_F(VerbTest, a_conflict_is_the_sentence_of_the_api_and_exit_code_7) {
  stage_.gatehouse.errors[kChange] = Error{
      Fault::operator_input, false, "a.example is defined in /etc/g.yaml:7.", ErrorKind::conflict};
  const Error error = refused({"add", "a.example", "http://127.0.0.1:1"});
  EXPECT_EQ(exit_code(error.kind), 7);
  EXPECT_EQ(error.what, "a.example is defined in /etc/g.yaml:7.");
}

TEST_F(VerbTest, steps_are_told_while_they_are_done_one_in_a_line_where_nobody_watches) {
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"plan":[{"text":"x","state":"done"}]})";
  stage_.gatehouse.events = {"port 443 opens", "dialling\x1b[31m itself"};
  EXPECT_EQ(done({"add", "a.example", "http://127.0.0.1:1"}), 0);
  EXPECT_THAT(talked(), AllOf(HasSubstr("port 443 opens\ndialling"), Not(HasSubstr("\x1b"))));
}

TEST_F(VerbTest, on_a_terminal_a_step_takes_the_place_of_the_one_before) {
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"plan":[{"text":"x","state":"done"}]})";
  stage_.gatehouse.events = {"one", "two"};
  stage_.console.is_live = true;
  EXPECT_EQ(done({"add", "a.example", "http://127.0.0.1:1"}), 0);
  EXPECT_EQ(talked(), "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[K");
}

TEST_F(VerbTest, json_is_the_message_of_the_api_and_nothing_else) {
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"revision":"3","plan":[{"text":"x"}]})";
  stage_.gatehouse.events = {"one"};
  EXPECT_EQ(done({"add", "a.example", "http://127.0.0.1:1", "--json"}), 0);
  EXPECT_EQ(said(), "{\"plan\":[{\"text\":\"x\"}],\"applied\":true,\"revision\":\"3\"}\n");
  EXPECT_EQ(talked(), "");
}

TEST_F(VerbTest, F3_a_certificate_of_the_store_is_bound_by_name_thumbprint_or_subject) {
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"plan":[{"text":"x","state":"done"}]})";
  const std::vector<std::pair<std::string, std::string>> selectors{
      {"files (2)", R"x({"name":"files (2)"})x"},
      {"name:CN=odd", R"({"name":"CN=odd"})"},
      {"3f a9 01 7c", R"({"thumbprint":"3f a9 01 7c"})"},
      {"CN=fe-auth,O=Example", R"({"subject":"CN=fe-auth,O=Example"})"},
      {"subject:fe-auth", R"({"subject":"fe-auth"})"},
      {"san:files.example.com", R"({"san":"files.example.com"})"}};
  for (const auto& [given, asked] : selectors) {
    stage_.gatehouse.asked.clear();
    EXPECT_EQ(done({"binding", "add", "pbx", "--certificate", given, "a.example:1"}), 0);
    EXPECT_THAT(asked_of(kChange), HasSubstr(R"("certificate":)" + asked));
  }
}

TEST_F(VerbTest, I9_one_certificate_is_bound_to_several_endpoints_in_one_command) {
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"plan":[{"text":"x","state":"done"}]})";
  EXPECT_EQ(done({"binding", "add", "pbx", "--certificate", "/p.crt", "--key", "/p.key", "--owner",
                  "pbx", "pbx.example.com:443", "10.0.0.5:8443", "[FD00::5]:8443"}),
            0);
  EXPECT_EQ(asked_of(kChange),
            R"({"edits":[{"setBinding":{"name":"pbx","binding":{"at":["pbx.example.com:443",)"
            R"("10.0.0.5:8443","[fd00::5]:8443"],"certificate":{"files":{"certificate":"/p.crt",)"
            R"("key":"/p.key"}},"owner":"pbx"}}}]})");
}

TEST_F(VerbTest, I7_the_full_name_of_a_short_one_is_suggested) {
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"plan":[{"text":"x","state":"done"}]})";
  EXPECT_EQ(done({"binding", "add", "files", "files:443", "a.example:443", "localhost:443"}), 0);
  EXPECT_EQ(talked(),
            "files is a short name: clients that ask for files.plant4.example need "
            "files.plant4.example:443 too.\n");
}

TEST_F(VerbTest, I5_bindings_and_sites_are_listed_and_removed_by_owner) {
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"plan":[{"text":"x","state":"done"}]})";
  stage_.gatehouse.answers["gatehouse.v1.BindingService/List"] =
      R"({"bindings":[{"name":"pbx","endpoint":"pbx.example.com:443","certificate":"CN=pbx",
          "tlsProfile":"intermediate","owner":"filesrv","defined":"api"}]})";
  EXPECT_EQ(done({"binding", "list", "--owner", "filesrv"}), 0);
  EXPECT_EQ(asked_of("gatehouse.v1.BindingService/List"), R"({"owner":"filesrv"})");
  EXPECT_EQ(said(),
            "BINDING  ENDPOINT             CERTIFICATE  TLS PROFILE   OWNER    DEFINED\n"
            "pbx      pbx.example.com:443  CN=pbx       intermediate  filesrv  api\n");
  EXPECT_EQ(done({"binding", "remove", "--owner", "filesrv"}), 0);
  EXPECT_EQ(asked_of(kChange), R"({"edits":[{"removeOwner":"filesrv"}]})");
}

TEST_F(VerbTest, binding_explain_says_who_answers_and_why_and_ends_with_4_when_nobody_does) {
  constexpr const char* kExplain = "gatehouse.v1.BindingService/Explain";
  stage_.gatehouse.answers[kExplain] =
      R"({"answered":true,"certificate":"a.example","site":"a.example","tlsProfile":"modern",
          "reasons":["The name is bound exactly.","/etc/g.yaml:7 says so."]})";
  EXPECT_EQ(done({"binding", "explain", "A.example:8443", "--at", "10.0.0.5"}), 0);
  EXPECT_EQ(asked_of(kExplain), R"({"address":"10.0.0.5","port":8443,"name":"a.example"})");
  EXPECT_EQ(said(),
            "certificate  a.example\nsite         a.example\nTLS profile  modern\n"
            "- The name is bound exactly.\n- /etc/g.yaml:7 says so.\n");
  stage_.gatehouse.answers[kExplain] = R"({"reasons":["Nothing listens at port 1."]})";
  EXPECT_EQ(done({"binding", "explain", ":1"}), 4);
}

TEST_F(VerbTest, reload_and_rollback_are_changes_like_any_other) {
  const std::string answer = R"({"applied":true,"revision":"4","plan":[{"text":"x"}]})";
  stage_.gatehouse.answers["gatehouse.v1.ConfigurationService/Reload"] = answer;
  stage_.gatehouse.answers["gatehouse.v1.ConfigurationService/Rollback"] = answer;
  EXPECT_EQ(done({"reload"}), 0);
  EXPECT_EQ(done({"config", "rollback", "12", "--dry-run"}), 0);
  EXPECT_EQ(asked_of("gatehouse.v1.ConfigurationService/Rollback"),
            R"({"revision":"12","dryRun":true})");
}

TEST_F(VerbTest, A13_what_one_gatehouse_exports_another_one_applies) {
  const TemporaryFolder folder;
  stage_.here = folder.file("");
  const std::string yaml = "version: 1\nsites:\n  a.example: http://127.0.0.1:8080\n";
  stage_.gatehouse.answers["gatehouse.v1.ConfigurationService/Export"] =
      R"({"yaml":"version: 1\nsites:\n  a.example: http://127.0.0.1:8080\n"})";
  stage_.gatehouse.answers[kChange] = R"({"applied":true,"plan":[{"text":"x"}]})";
  EXPECT_EQ(done({"config", "export"}), 0);
  EXPECT_EQ(said(), yaml);
  EXPECT_EQ(done({"config", "export", "--out", "sites.yaml"}), 0);
  EXPECT_EQ(TemporaryFolder::read(folder.file("sites.yaml")), yaml);
  EXPECT_EQ(done({"config", "apply", "sites.yaml"}), 0);
  EXPECT_THAT(asked_of(kChange),
              HasSubstr(R"("replaceYaml":"version: 1\nsites:\n  a.example: http)"));
}

TEST_F(VerbTest, T8_config_show_tells_the_file_and_line_of_each_value) {
  stage_.gatehouse.answers["gatehouse.v1.ConfigurationService/Get"] = R"({"configuration":{
      "version":1,"sites":{"a.example":{"upstreams":["http://127.0.0.1:1"]},
      "b.example":{"upstreams":["http://127.0.0.1:2"],"owner":"x",
                   "routes":[{"path":"/api","upstreams":["http://127.0.0.1:3"]}]}}},
    "origins":[{"path":"sites.\"a.example\".upstreams","source":"file","file":"/etc/g.yaml",
                "line":7},
               {"path":"sites.\"b.example\"","source":"api"},
               {"path":"sites.\"b.example\".owner","source":"file","file":"/etc/o.yaml",
                "line":2}]})";
  EXPECT_EQ(done({"config", "show", "--origin"}), 0);
  EXPECT_EQ(said(),
            "version: 1\n"
            "sites:\n"
            "  a.example: http://127.0.0.1:1          # /etc/g.yaml:7\n"
            "  b.example:\n"
            "    upstreams: [http://127.0.0.1:2]      # api\n"
            "    routes:\n"
            "      - path: /api                       # api\n"
            "        upstreams: [http://127.0.0.1:3]  # api\n"
            "    owner: x                             # /etc/o.yaml:2\n");
}

TEST_F(VerbTest, site_show_is_one_site_and_suggests_the_near_one) {
  stage_.gatehouse.answers["gatehouse.v1.ConfigurationService/Get"] =
      R"({"configuration":{"sites":{"a.example":{"upstreams":["http://127.0.0.1:1"]},
                                    "b.test":{}}}})";
  EXPECT_EQ(done({"site", "show", "a.example"}), 0);
  EXPECT_THAT(said(),
              AllOf(HasSubstr("a.example: http://127.0.0.1:1\n"), Not(HasSubstr("b.test"))));
  const Error error = refused({"site", "show", "a.exmple"});
  EXPECT_EQ(error.kind, ErrorKind::not_found);
  EXPECT_THAT(error.what, HasSubstr("Did you mean \"a.example\"?"));
}

TEST_F(VerbTest, validate_says_every_error_with_its_place_and_ends_with_3) {
  const TemporaryFolder folder;
  stage_.here = folder.file("");
  std::ofstream(folder.file("good.yaml")) << "version: 1\nsites: {a.example: http://127.0.0.1:1}\n";
  std::ofstream(folder.file("bad.yaml")) << "version: 1\nsitse: {}\nsites: {a.example: nonsense}\n";
  EXPECT_EQ(done({"config", "validate", "good.yaml"}), 0);
  EXPECT_EQ(said(), "good.yaml is valid: 1 site, 0 bindings.\n");
  EXPECT_EQ(done({"config", "validate", "bad.yaml"}), 3);
  EXPECT_THAT(talked(), AllOf(HasSubstr("bad.yaml:2:1"), HasSubstr("did you mean `sites`?")));
  stage_.console.said.clear();
  EXPECT_EQ(done({"config", "validate", "bad.yaml", "--json"}), 3);
  EXPECT_THAT(said(), HasSubstr("\"code\":\"GH"));
  EXPECT_EQ(done({"config", "validate", "not-there.yaml"}), 3);
}

TEST_F(VerbTest, diff_shows_what_a_file_would_change) {
  const TemporaryFolder folder;
  stage_.here = folder.file("");
  std::ofstream(folder.file("next.yaml")) << "version: 1\nsites: {a.example: http://127.0.0.1:2}\n";
  stage_.gatehouse.answers["gatehouse.v1.ConfigurationService/Get"] =
      R"({"configuration":{"version":1,"sites":{"a.example":{"upstreams":["http://127.0.0.1:1"]}}}})";
  EXPECT_EQ(done({"config", "diff", "next.yaml"}), 0);
  EXPECT_THAT(said(), AllOf(HasSubstr("a.example"), HasSubstr("http://127.0.0.1:1"),
                            HasSubstr("http://127.0.0.1:2")));
}

TEST_F(VerbTest, explain_knows_its_codes_offline) {
  EXPECT_EQ(done({"explain", "gh2107"}), 0);
  EXPECT_THAT(said(), HasSubstr("GH2107: "));
  EXPECT_EQ(refused({"explain", "GH9999"}).kind, ErrorKind::not_found);
  stage_.console.said.clear();
  EXPECT_EQ(done({"explain", "--json"}), 0);
  EXPECT_TRUE(JsonCheck::valid(said().substr(0, said().size() - 1)));
  EXPECT_TRUE(stage_.gatehouse.asked.empty());
}

TEST_F(VerbTest, certificates_in_use_that_end_are_exit_codes) {
  constexpr const char* kList = "gatehouse.v1.CertificateService/List";
  const auto with = [&](const std::string& state, const std::string& renews_itself) {
    stage_.gatehouse.answers[kList] = R"({"certificates":[{"names":["a.example"],"state":")" +
                                      state + R"(","renewsItself":)" + renews_itself +
                                      R"(,"usedBy":["a.example"]}]})";
    return done({"cert", "list"});
  };
  EXPECT_EQ(with("valid", "false"), 0);
  EXPECT_EQ(with("due", "true"), 0);
  EXPECT_EQ(with("due", "false"), 21);
  EXPECT_EQ(with("expired", "true"), 22);
}

TEST_F(VerbTest, logs_are_read_from_the_file_that_gatehouse_writes) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("access.log"))
      << R"({"ts":1790000000.5,"request":{"client_ip":"192.0.2.7","method":"GET","host":"a.example",)"
      << R"("uri":"/x"},"duration":0.0124,"status":200,"upstream":{"addr":"127.0.0.1:1"}})" << "\n"
      << R"({"ts":1790000001,"request":{"client_ip":"192.0.2.8","method":"GET","host":"b.example:8443",)"
      << R"("uri":"/y"},"duration":2.5,"status":502,"error":"refused"})" << "\n";
  stage_.gatehouse.answers["gatehouse.v1.ConfigurationService/Get"] =
      R"({"configuration":{"logs":{"access":")" + folder.file("access.log") + R"("}}})";
  EXPECT_EQ(done({"logs"}), 0);
  EXPECT_EQ(said(),
            "14:13:20  200  GET a.example/x  192.0.2.7  12 ms  -> 127.0.0.1:1\n"
            "14:13:21  502  GET b.example:8443/y  192.0.2.8  2.5 s  (refused)\n");
  stage_.console.said.clear();
  EXPECT_EQ(done({"logs", "--site", "b.example"}), 0);
  EXPECT_EQ(said(), "14:13:21  502  GET b.example:8443/y  192.0.2.8  2.5 s  (refused)\n");
  stage_.console.said.clear();
  EXPECT_EQ(done({"logs", "--lines", "1", "--json"}), 0);
  EXPECT_THAT(said(), ::testing::StartsWith("{\"ts\":1790000001,"));
}

TEST_F(VerbTest, logs_that_are_elsewhere_are_said_to_be_there) {
  constexpr const char* kGet = "gatehouse.v1.ConfigurationService/Get";
  stage_.gatehouse.answers[kGet] = "{}";
  EXPECT_THAT(refused({"logs"}).what, HasSubstr("it is off"));
  stage_.gatehouse.answers[kGet] = R"({"configuration":{"logs":{"access":"-"}}})";
  EXPECT_THAT(refused({"logs"}).what, HasSubstr("journalctl --unit gatehouse"));
}

TEST_F(VerbTest, check_without_a_target_asks_for_the_sites) {
  stage_.gatehouse.answers["gatehouse.v1.SiteService/List"] = "{}";
  const Error error = refused({"check"});
  EXPECT_EQ(error.kind, ErrorKind::not_found);
  EXPECT_THAT(error.what, HasSubstr("gatehouse check files.example.com"));
}

}  // namespace
}  // namespace gatehouse::cli
