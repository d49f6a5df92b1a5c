#include <map>
#include <ranges>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/completion.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/parse.h"
#include "cli/testing/fake_api.h"

namespace gatehouse::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class VerbTableTest : public ::testing::Test {
 protected:
  Result<Command> parse(const std::vector<std::string>& words) const {
    return parse_command_line(words, [this](const char* name) { return stage_.variable(name); });
  }
  template <class Verb>
  Verb parsed(const std::vector<std::string>& words) const {
    auto command = parse(words);
    if (!command) ADD_FAILURE() << command.error().what;
    return std::get<Verb>(command.value());
  }
  std::string refused(const std::vector<std::string>& words) const {
    auto command = parse(words);
    EXPECT_FALSE(command) << words[0];
    if (!command) EXPECT_EQ(command.error().kind, ErrorKind::usage);
    return command ? "" : command.error().what;
  }
  testing::Stage stage_;
};

TEST_F(VerbTableTest, no_verb_is_there_twice_and_each_says_what_it_does) {
  std::set<std::string> paths;
  for (const Verb& verb : verbs()) {
    EXPECT_TRUE(paths.insert(verb.path()).second) << verb.path();
    EXPECT_FALSE(verb.summary.empty()) << verb.path();
    EXPECT_FALSE(verb.examples.empty()) << verb.path();
    std::set<std::string_view> flags;
    for (const FlagNote& flag : verb.flags()) {
      EXPECT_TRUE(flags.insert(flag.name).second) << verb.path() << flag.name;
      EXPECT_TRUE(flag.help.ends_with('.')) << verb.path() << flag.name;
    }
  }
}

TEST_F(VerbTableTest, a_flag_means_the_same_kind_of_value_wherever_it_is) {
  std::map<std::string_view, std::vector<std::string_view>> words;
  for (const Verb& verb : verbs()) {
    for (const FlagNote& flag : verb.flags()) {
      const ValueWords value = words_of_value(flag.value);
      const auto known = words.emplace(flag.name, value.words).first->second;
      EXPECT_EQ(known, value.words) << verb.path() << flag.name;
    }
  }
}

TEST_F(VerbTableTest, every_example_of_the_help_is_a_valid_command_line) {
  for (const Verb& verb : verbs()) {
    std::string_view rest = verb.examples;
    while (!rest.empty()) {
      const std::string line(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      std::vector<std::string> words;
      for (const std::string_view word :
           std::views::split(std::string_view(line), ' ') |
               std::views::transform([](auto part) { return std::string_view(part); })) {
        if (word == ">") break;
        words.emplace_back(word);
      }
      if (words[0] == "sudo") words.erase(words.begin());
      if (words[0] != "gatehouse") continue;  // of a shell
      words.erase(words.begin());
      const auto command = parse(words);
      EXPECT_TRUE(command) << line << ": " << command.error().what;
    }
  }
}

TEST_F(VerbTableTest, every_verb_has_help_below_100_columns) {
  for (const Verb& verb : verbs()) {
    for (const std::string& text : {help_of(verb), std::get<HelpText>(*parse({"help"})).text}) {
      std::string_view rest = text;
      while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        EXPECT_LE(line.size(), 120U) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      }
    }
  }
}

TEST_F(VerbTableTest, flags_and_operands_may_stand_in_any_order) {
  const auto add = parsed<AddSite>({"add", "--owner", "x", "a.example", "--dry-run",
                                    "http://127.0.0.1:1", "http://127.0.0.1:2"});
  EXPECT_EQ(add.name, "a.example");
  EXPECT_EQ(add.owner, "x");
  EXPECT_TRUE(add.change.dry_run);
  EXPECT_THAT(add.upstreams, ElementsAre("http://127.0.0.1:1", "http://127.0.0.1:2"));
}

TEST_F(VerbTableTest, a_missing_operand_is_named_with_an_example) {
  EXPECT_EQ(refused({"add", "a.example"}),
            "UPSTREAM is missing. Write gatehouse add NAME UPSTREAM..., for example: gatehouse add "
            "files.example.com http://127.0.0.1:8080");
  EXPECT_THAT(refused({"config", "rollback"}), HasSubstr("REVISION is missing"));
  EXPECT_THAT(refused({"config", "rollback", "x"}), HasSubstr("\"x\" is no whole number"));
}

TEST_F(VerbTableTest, a_verb_without_its_noun_is_told_the_nouns) {
  EXPECT_THAT(refused({"list"}), HasSubstr("Say of what: gatehouse site list, gatehouse binding "
                                           "list, gatehouse cert list"));
  EXPECT_THAT(refused({"sites"}), HasSubstr("Did you mean \"site\"?"));
  EXPECT_THAT(refused({"site", "lst"}), HasSubstr("Did you mean \"list\"?"));
  EXPECT_THAT(
      refused({"site"}),
      HasSubstr("Say what to do: gatehouse site add, list, show, enable, disable or remove"));
}

TEST_F(VerbTableTest, I6_I7_endpoints_are_names_or_addresses_with_a_port) {
  const auto add = parsed<AddBinding>(
      {"binding", "add", "x", "A.Example:443", "*.b.example:8443", "10.0.0.5:1", "[::1]:2"});
  EXPECT_THAT(add.endpoints,
              ElementsAre("a.example:443", "*.b.example:8443", "10.0.0.5:1", "[::1]:2"));
  for (const char* bad :
       {"a.example", "a.example:0", "a.example:70000", ":443", "a b:1", "10.0.0.5:"}) {
    EXPECT_THAT(refused({"binding", "add", "x", bad}), HasSubstr("ENDPOINT: ")) << bad;
  }
}

TEST_F(VerbTableTest, M3_a_certificate_never_comes_without_its_key) {
  EXPECT_THAT(refused({"add", "a.example", "http://127.0.0.1:1", "--certificate", "a.crt"}),
              HasSubstr("needs --key"));
  EXPECT_THAT(refused({"add", "a.example", "http://127.0.0.1:1", "--certificate", "/etc/a"}),
              HasSubstr("needs --key"));
  EXPECT_THAT(refused({"binding", "add", "x", "a.example:1", "--key", "a"}),
              HasSubstr("needs --certificate"));
}

TEST_F(VerbTableTest, F3_a_certificate_of_the_store_needs_no_key) {
  for (const char* selector :
       {"files", "name:files.crt", "3F:A9:01:7C:00", "CN=fe-auth,O=Example"}) {
    EXPECT_EQ(parsed<AddSite>({"add", "a.example", "http://127.0.0.1:1", "--certificate", selector})
                  .certificate.certificate,
              selector);
  }
  EXPECT_THAT(refused({"add", "a.example", "http://127.0.0.1:1", "--certificate", "thumbprint:3f"}),
              HasSubstr("--certificate: "));
}

TEST_F(VerbTableTest, M3_the_configuration_is_named_by_flag_or_environment) {
  EXPECT_EQ(parsed<RunCommand>({"run", "--config", "/a.yaml"}).config, "/a.yaml");
  EXPECT_TRUE(parsed<RunCommand>({"run", "--config", "/a.yaml"}).listen.empty());
  stage_.variables["GATEHOUSE_CONFIG"] = "/b.yaml";
  EXPECT_EQ(parsed<RunCommand>({"run"}).config, "/b.yaml");
  EXPECT_EQ(parsed<ValidateConfig>({"config", "validate"}).file, "/b.yaml");
  stage_.variables.clear();
  EXPECT_EQ(parsed<ValidateConfig>({"config", "validate"}).file, "/etc/gatehouse/gatehouse.yaml");
}

TEST_F(VerbTableTest, the_socket_is_the_one_that_was_named_else_the_usual_ones) {
  EXPECT_THAT(parsed<ShowStatus>({"status", "--socket", "/s"}).api.sockets, ElementsAre("/s"));
  EXPECT_THAT(parsed<ShowStatus>({"status", "--state", "/f"}).api.sockets,
              ElementsAre("/f/gatehouse.sock"));
  EXPECT_THAT(parsed<ShowStatus>({"status"}).api.sockets,
              ElementsAre("/run/gatehouse/gatehouse.sock",
                          "/home/someone/.local/state/gatehouse/gatehouse.sock"));
  stage_.variables["GATEHOUSE_SOCKET"] = "/e";
  EXPECT_THAT(parsed<ShowStatus>({"status"}).api.sockets, ElementsAre("/e"));
  EXPECT_EQ(parsed<RunCommand>({"run"}).socket, "/e");
  stage_.variables = {{"HOME", "/home/someone"}, {"RUNTIME_DIRECTORY", "/run/gatehouse"}};
  EXPECT_EQ(parsed<RunCommand>({"run"}).socket, "/run/gatehouse/gatehouse.sock");
}

TEST_F(VerbTableTest, values_of_flags_are_checked_at_once) {
  const std::vector<std::string> add{"add", "a.example", "http://127.0.0.1:1"};
  for (const auto& [flag, value] :
       std::vector<std::pair<std::string, std::string>>{{"--http-external", "redirekt"},
                                                        {"--listen", "nonsense"},
                                                        {"--tls-profile", "old"},
                                                        {"--route", "api"},
                                                        {"--if-revision", "x"},
                                                        {"--why", ""},
                                                        {"--name", "not a name"}}) {
    auto words = add;
    words.insert(words.end(), {flag, value});
    EXPECT_THAT(refused(words), HasSubstr(flag));
  }
  EXPECT_THAT(refused({"add", "a.example", "ftp://x"}), HasSubstr("UPSTREAM: "));
  EXPECT_THAT(refused({"add", "not a name", "http://127.0.0.1:1"}), HasSubstr("NAME: "));
  EXPECT_THAT(
      refused({"add", "a.example", "http://127.0.0.1:1", "--no-http", "--http-external", "keep"}),
      HasSubstr("--no-http"));
}

TEST_F(VerbTableTest, remove_takes_a_name_or_an_owner) {
  EXPECT_THAT(refused({"site", "remove"}), HasSubstr("gatehouse site remove NAME"));
  EXPECT_THAT(refused({"binding", "remove", "x", "--owner", "y"}),
              HasSubstr("gatehouse binding remove NAME"));
}

TEST_F(VerbTableTest, a_word_behind_two_hyphens_is_never_a_flag) {
  EXPECT_EQ(parsed<ShowSite>({"site", "show", "--", "--help"}).name, "--help");
}

TEST_F(VerbTableTest, completions_know_every_verb_and_flag) {
  for (const Shell shell : {Shell::bash, Shell::zsh, Shell::fish}) {
    const std::string script = completion_of(shell);
    for (const Verb& verb : verbs()) {
      EXPECT_THAT(script, HasSubstr(std::string(verb.name)));
      for (const FlagNote& flag : verb.flags()) {
        EXPECT_THAT(script, HasSubstr(std::string(flag.name.substr(2))));
      }
    }
  }
  EXPECT_THAT(refused({"completion", "bahs"}), HasSubstr("bash, zsh and fish"));
}

TEST_F(VerbTableTest, manual_pages_are_of_all_of_a_noun_or_of_a_verb) {
  const auto all = man_page("", "1.2.3");
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, AllOf(HasSubstr(".TH GATEHOUSE 1 \"\" \"gatehouse 1.2.3\""),
                          HasSubstr(".SS gatehouse site add"), HasSubstr(".SH EXIT STATUS")));
  EXPECT_THAT(*man_page("site add", "1"),
              AllOf(HasSubstr("gatehouse\\-site\\-add"), HasSubstr("\\-\\-trust\\-boundary")));
  EXPECT_THAT(*man_page("trust", "1"), HasSubstr(".SS gatehouse trust install"));
  const auto none = man_page("elephant", "1");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace gatehouse::cli
