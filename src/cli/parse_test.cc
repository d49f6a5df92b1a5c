#include "cli/parse.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_code.h"
#include "cli/rows.h"

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

class CommandLineTest : public ::testing::Test {
 protected:
  Result<Command> parse(const Words& words) const {
    return parse_command_line(words, [this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    });
  }
  RunCommand run(Words words) const {
    words.insert(words.begin(), "run");
    auto command = parse(words);
    if (!command) ADD_FAILURE() << command.error().what;
    return std::get<RunCommand>(command.value());
  }
  Error refused(const Words& words) const {
    auto command = parse(words);
    EXPECT_FALSE(command);
    return command ? Error{} : command.error();
  }

  std::map<std::string, std::string> variables_{{"HOME", "/home/someone"}};
};

TEST_F(CommandLineTest, run_alone_has_the_announced_defaults) {
  const RunCommand command = run({});
  EXPECT_TRUE(command.to.empty());
  ASSERT_EQ(command.listen.size(), 1U);
  EXPECT_EQ(command.listen[0].text(), ":8443");
  EXPECT_EQ(command.state, "/home/someone/.local/state/gatehouse");
  EXPECT_EQ(command.profile, tls::Profile::intermediate);
  EXPECT_EQ(command.access_log.kind, AccessLogTarget::Kind::off);
  EXPECT_FALSE(command.workers);
  EXPECT_FALSE(command.certificate);
  EXPECT_FALSE(command.metrics);
  EXPECT_FALSE(command.json);
  EXPECT_FALSE(command.quiet);
}

TEST_F(CommandLineTest, every_flag_of_run_becomes_a_valid_value) {
  const RunCommand command = run({"--to",
                                  "http://127.0.0.1:3000",
                                  "--to",
                                  "unix:/run/app.sock",
                                  "--listen",
                                  ":8443",
                                  "--listen",
                                  "http://127.0.0.1:8080",
                                  "--host",
                                  "Files.Local",
                                  "--workers",
                                  "3",
                                  "--state",
                                  "/srv/state",
                                  "--permit",
                                  ".plant4.local,10.20.0.0/16",
                                  "--tls-profile",
                                  "modern",
                                  "--certificate",
                                  "/a.crt",
                                  "--key",
                                  "/a.key",
                                  "--route",
                                  "/api=http://127.0.0.1:9000",
                                  "--trusted-proxy",
                                  "10.0.0.0/8",
                                  "--access-log",
                                  "-",
                                  "--metrics",
                                  "127.0.0.1:9100",
                                  "--timeout",
                                  "head=3s",
                                  "--timeout",
                                  "idle=1m",
                                  "--limit",
                                  "body=1MiB",
                                  "--json",
                                  "--quiet"});
  ASSERT_EQ(command.to.size(), 2U);
  EXPECT_EQ(command.to[1].address(), "/run/app.sock");
  ASSERT_EQ(command.listen.size(), 2U);
  EXPECT_FALSE(command.listen[1].tls());
  EXPECT_EQ(command.hosts.at(0).text(), "files.local");
  EXPECT_EQ(command.workers, 3U);
  EXPECT_EQ(command.state, "/srv/state");
  EXPECT_EQ(command.permit, ".plant4.local,10.20.0.0/16");
  EXPECT_EQ(command.profile, tls::Profile::modern);
  EXPECT_EQ(command.certificate->certificate, "/a.crt");
  EXPECT_EQ(command.certificate->key, "/a.key");
  EXPECT_EQ(command.routes.at(0).prefix, "/api");
  EXPECT_EQ(command.trusted_proxies.at(0).text(), "10.0.0.0/8");
  EXPECT_EQ(command.access_log.kind, AccessLogTarget::Kind::standard_output);
  EXPECT_EQ(command.metrics->text(), "http://127.0.0.1:9100");
  EXPECT_EQ(command.timeouts.head, 3s);
  EXPECT_EQ(command.timeouts.idle, 1min);
  EXPECT_EQ(command.limits.body, 1048576U);
  EXPECT_TRUE(command.json);
  EXPECT_TRUE(command.quiet);
}

TEST_F(CommandLineTest, a_value_may_follow_an_equals_sign) {
  EXPECT_EQ(run({"--to=http://127.0.0.1:3000"}).to.at(0).address(), "127.0.0.1:3000");
  EXPECT_EQ(run({"--timeout=head=3s"}).timeouts.head, 3s);
  EXPECT_EQ(run({"--access-log=-"}).access_log.kind, AccessLogTarget::Kind::standard_output);
}

TEST_F(CommandLineTest, brackets_of_ipv6_are_no_syntax) {
  EXPECT_EQ(run({"--host", "[::1]"}).hosts.at(0).text(), "::1");
  EXPECT_EQ(run({"--listen", "[::1]:8443"}).listen.at(0).text(), "[::1]:8443");
  EXPECT_EQ(run({"--host", "[::1]", "--host", "a.example"}).hosts.size(), 2U);
}

TEST_F(CommandLineTest, an_unknown_flag_is_named_and_the_near_one_suggested) {
  const Error error = refused({"run", "--lisen", "x"});
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_EQ(error.what,
            "gatehouse run has no flag --lisen. Did you mean \"--listen\"? See gatehouse "
            "run --help.");
  EXPECT_THAT(refused({"run", "--too=x"}).what, HasSubstr("--too. Did you mean \"--to\"?"));
  EXPECT_THAT(refused({"run", "--elephant"}).what, HasSubstr("has no flag --elephant. See"));
  EXPECT_THAT(refused({"run", "-x"}).what, HasSubstr("has no flag -x."));
}

TEST_F(CommandLineTest, a_beginning_of_a_flag_is_not_taken_for_it) {
  EXPECT_THAT(refused({"run", "--time", "head=1s"}).what, HasSubstr("Did you mean \"--timeout\"?"));
}

TEST_F(CommandLineTest, an_argument_too_many_is_named) {
  EXPECT_THAT(refused({"run", "http://127.0.0.1:3000"}).what,
              HasSubstr("\"http://127.0.0.1:3000\" is one argument too many"));
  EXPECT_THAT(refused({"run", "--", "x"}).what, HasSubstr("one argument too many"));
  EXPECT_THAT(refused({"run", ""}).what, HasSubstr("\"\" is one argument too many"));
}

TEST_F(CommandLineTest, a_flag_without_its_value_says_what_it_needs) {
  EXPECT_THAT(refused({"run", "--listen"}).what,
              HasSubstr("--listen needs a value: --listen ADDR."));
  EXPECT_THAT(refused({"run", "--to", "--json"}).what, HasSubstr("--to needs a value: --to URL."));
}

TEST_F(CommandLineTest, a_switch_with_a_value_is_refused) {
  EXPECT_THAT(refused({"run", "--json=yes"}).what, HasSubstr("--json takes no value."));
}

TEST_F(CommandLineTest, one_value_given_twice_is_refused) {
  EXPECT_THAT(refused({"run", "--workers", "1", "--workers", "2"}).what,
              HasSubstr("--workers is given twice"));
}

TEST_F(CommandLineTest, an_invalid_value_names_its_flag_and_what_to_write) {
  const Words flags[] = {{"--to", "https://a"},
                         {"--listen", "nonsense"},
                         {"--workers", "0"},
                         {"--timeout", "head=10x"},
                         {"--limit", "head=-1"},
                         {"--route", "api"},
                         {"--host", "not a name"},
                         {"--state", ""},
                         {"--access-log", ""},
                         {"--access-log", "off"},
                         {"--trusted-proxy", "10.0.0.0/99"},
                         {"--tls-profile", "old"},
                         {"--metrics", ":9100"}};
  for (const Words& flag : flags) {
    const Error error = refused({"run", flag[0], flag[1]});
    EXPECT_EQ(error.kind, ErrorKind::usage) << flag[0];
    EXPECT_EQ(error.fault, Fault::operator_input) << flag[0];
    EXPECT_THAT(error.what, HasSubstr(flag[0]));
    EXPECT_THAT(error.what, HasSubstr(flag[1].substr(flag[1].rfind('=') + 1)));
    EXPECT_EQ(error.what.find('\n'), std::string::npos);
  }
}

TEST_F(CommandLineTest, control_characters_of_an_argument_are_shown_harmless) {
  EXPECT_THAT(refused({"run", "--\x1b[31m"}).what, ::testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(refused({"\x1b[31m"}).what, ::testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(refused({"run", "--to", "\x1b[31m"}).what, ::testing::Not(HasSubstr("\x1b")));
}

TEST_F(CommandLineTest, certificate_and_key_come_together_M3) {
  EXPECT_THAT(refused({"run", "--certificate", "only.crt"}).what,
              AllOf(HasSubstr("needs --key"), HasSubstr("GATEHOUSE_KEY")));
  EXPECT_THAT(refused({"run", "--key", "only.key"}).what,
              AllOf(HasSubstr("needs --certificate"), HasSubstr("GATEHOUSE_CERTIFICATE")));
  variables_["GATEHOUSE_KEY"] = "/env.key";
  EXPECT_THAT(refused({"run"}).what, HasSubstr("GATEHOUSE_KEY"));
}

TEST_F(CommandLineTest, the_environment_speaks_where_flags_are_silent_M3) {
  variables_["GATEHOUSE_TO"] = "http://127.0.0.1:3000, http://127.0.0.1:3001";
  variables_["GATEHOUSE_LISTEN"] = ":443";
  variables_["GATEHOUSE_STATE"] = "/srv/env";
  variables_["GATEHOUSE_CERTIFICATE"] = "/env.crt";
  variables_["GATEHOUSE_KEY"] = "/env.key";
  const RunCommand silent = run({});
  EXPECT_EQ(silent.to.size(), 2U);
  EXPECT_EQ(silent.listen.at(0).text(), ":443");
  EXPECT_EQ(silent.state, "/srv/env");
  EXPECT_EQ(silent.certificate->certificate, "/env.crt");
  EXPECT_EQ(silent.certificate->key, "/env.key");
  const RunCommand spoken = run({"--to", "http://127.0.0.1:9", "--listen", ":1", "--state", "/flag",
                                 "--certificate", "/flag.crt", "--key", "/flag.key"});
  EXPECT_EQ(spoken.to.size(), 1U);
  EXPECT_EQ(spoken.listen.size(), 1U);
  EXPECT_EQ(spoken.listen.at(0).text(), ":1");
  EXPECT_EQ(spoken.state, "/flag");
  EXPECT_EQ(spoken.certificate->key, "/flag.key");
}

TEST_F(CommandLineTest, an_empty_variable_is_none) {
  variables_["GATEHOUSE_TO"] = "";
  variables_["GATEHOUSE_CERTIFICATE"] = "";
  EXPECT_TRUE(run({}).to.empty());
  EXPECT_FALSE(run({}).certificate);
}

TEST_F(CommandLineTest, an_invalid_variable_is_named_and_is_a_matter_of_configuration) {
  variables_["GATEHOUSE_LISTEN"] = "nonsense";
  const Error error = refused({"run"});
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_THAT(error.what, HasSubstr("GATEHOUSE_LISTEN: "));
}

TEST_F(CommandLineTest, the_state_folder_follows_systemd_then_xdg_then_home) {
  variables_["XDG_STATE_HOME"] = "/xdg";
  EXPECT_EQ(run({}).state, "/xdg/gatehouse");
  variables_["STATE_DIRECTORY"] = "/var/lib/gatehouse:/var/lib/other";
  EXPECT_EQ(run({}).state, "/var/lib/gatehouse");
  variables_["XDG_STATE_HOME"] = "relative";
  variables_.erase("STATE_DIRECTORY");
  EXPECT_EQ(run({}).state, "/home/someone/.local/state/gatehouse");
  variables_.clear();
  const Error error = refused({"run"});
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_THAT(error.what, HasSubstr("--state DIR"));
}

TEST_F(CommandLineTest, trust_knows_what_it_can_do) {
  using Verb = TrustCommand::Verb;
  const auto install =
      std::get<TrustCommand>(*parse({"trust", "install", "--nss", "/a", "--nss", "/b"}));
  EXPECT_EQ(install.verb, Verb::install);
  EXPECT_THAT(install.nss, ElementsAre("/a", "/b"));
  const auto uninstall = std::get<TrustCommand>(
      *parse({"trust", "uninstall", "--system-root", "/mnt", "--state", "/s"}));
  EXPECT_EQ(uninstall.verb, Verb::uninstall);
  EXPECT_EQ(uninstall.system_root, "/mnt");
  EXPECT_EQ(uninstall.state, "/s");
  const auto exported = std::get<TrustCommand>(*parse({"trust", "export", "--out", "/ca.crt"}));
  EXPECT_EQ(exported.verb, Verb::export_);
  EXPECT_EQ(exported.out, "/ca.crt");
  EXPECT_EQ(exported.state, "/home/someone/.local/state/gatehouse");
  EXPECT_EQ(exported.target, nullptr);
  const auto kit = std::get<TrustCommand>(*parse({"trust", "export", "--for", "ios"}));
  EXPECT_EQ(kit.target->word, "ios");
  EXPECT_EQ(std::get<TrustCommand>(*parse({"trust", "status"})).verb, Verb::status);
  EXPECT_EQ(std::get<TrustCommand>(*parse({"trust", "show"})).verb, Verb::show);
}

TEST_F(CommandLineTest, trust_refuses_what_its_verb_would_ignore) {
  EXPECT_THAT(refused({"trust", "install", "--out", "/x"}).what, HasSubstr("trust export"));
  EXPECT_THAT(refused({"trust", "export", "--nss", "/x"}).what, HasSubstr("trust install"));
  EXPECT_THAT(refused({"trust"}).what, HasSubstr("uninstall, status, export"));
  EXPECT_THAT(refused({"trust", "--out", "x"}).what, HasSubstr("uninstall, status, export"));
  EXPECT_THAT(refused({"trust", "export", "--for", "iso"}).what,
              HasSubstr("Did you mean \"ios\"?"));
  EXPECT_THAT(refused({"trust", "instal"}).what, HasSubstr("Did you mean \"install\"?"));
}

TEST_F(CommandLineTest, an_unknown_verb_is_named_and_the_near_one_suggested) {
  const Error error = refused({"rum"});
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_EQ(
      error.what,
      "gatehouse cannot \"rum\". Did you mean \"run\"? There are: run, add, status, check, reload, "
      "site, binding, cert, copy, listener, upstream, logs, upgrade, config, explain, ca, trust, "
      "version, completion, man, help.");
  EXPECT_THAT(refused({"help", "rum"}).what, HasSubstr("Did you mean \"run\"?"));
}

TEST_F(CommandLineTest, a_flag_before_the_verb_is_told_where_it_belongs) {
  EXPECT_THAT(refused({"--to", "http://x"}).what, HasSubstr("gatehouse run --to"));
  EXPECT_THAT(refused({"--to=http://x"}).what, HasSubstr("gatehouse run --to=http://x"));
  EXPECT_EQ(refused({"-v"}).what, "gatehouse has no flag -v. See gatehouse help.");
}

TEST_F(CommandLineTest, nothing_said_is_answered_with_the_short_help_as_an_error_of_usage) {
  const auto help = std::get<HelpText>(*parse({}));
  EXPECT_FALSE(help.asked);
  EXPECT_THAT(help.text, HasSubstr("gatehouse run --to http://127.0.0.1:3000"));
}

TEST_F(CommandLineTest, help_is_given_wherever_it_is_asked_for) {
  for (const Words& words : {Words{"help"}, Words{"--help"}, Words{"-h"}}) {
    const auto help = std::get<HelpText>(*parse(words));
    EXPECT_TRUE(help.asked);
    EXPECT_THAT(help.text, HasSubstr("trust"));
  }
  for (const Words& words : {Words{"help", "run"}, Words{"run", "--help"},
                             Words{"run", "--to", "-h"}, Words{"run", "--nonsense", "--help"}}) {
    EXPECT_THAT(std::get<HelpText>(*parse(words)).text, HasSubstr("--listen ADDR..."));
  }
  EXPECT_THAT(std::get<HelpText>(*parse({"trust", "install", "--help"})).text, HasSubstr("--nss"));
  EXPECT_THAT(std::get<HelpText>(*parse({"help", "trust"})).text,
              AllOf(HasSubstr("--nss"), HasSubstr("--out")));
}

TEST_F(CommandLineTest, the_help_names_every_flag_and_variable_and_stays_narrow) {
  const std::string help = std::get<HelpText>(*parse({"help", "run"})).text;
  for (const auto& flag : run_flags()) {
    EXPECT_THAT(help, HasSubstr(std::string(flag.name)));
    if (flag.variable != nullptr) EXPECT_THAT(help, HasSubstr(flag.variable));
  }
  std::string_view rest = help;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    EXPECT_LE(line.size(), 100U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
}

TEST_F(CommandLineTest, version_is_a_verb_and_a_flag) {
  EXPECT_FALSE(std::get<VersionCommand>(*parse({"version"})).json);
  EXPECT_TRUE(std::get<VersionCommand>(*parse({"version", "--json"})).json);
  EXPECT_FALSE(std::get<VersionCommand>(*parse({"--version"})).json);
}

TEST(ExitCode, is_one_for_each_kind) {
  EXPECT_EQ(exit_code(ErrorKind::failed), 1);
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::invalid), 3);
  EXPECT_EQ(exit_code(ErrorKind::not_found), 4);
  EXPECT_EQ(exit_code(ErrorKind::unreachable), 5);
  EXPECT_EQ(exit_code(ErrorKind::not_permitted), 6);
  EXPECT_EQ(exit_code(ErrorKind::conflict), 7);
  EXPECT_EQ(exit_code(ErrorKind::timed_out), 9);
}

}  // namespace
}  // namespace gatehouse::cli
