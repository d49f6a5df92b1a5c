#include "cli/issuer_fetching.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "cli/carry_out.h"
#include "cli/testing/fake_api.h"
#include "crypto/testing/chains.h"

namespace gatehouse::cli {
namespace {

using crypto::testing::Ca;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kImport = "gatehouse.v1.CertificateService/Import";
constexpr const char* kUrl = "http://ca.example/i.cer";

class IssuerFetchingTest : public ::testing::Test {
 protected:
  IssuerFetchingTest() {
    stage_.here = folder_.file("");
    std::ofstream(folder_.file("a.crt")) << "one";
  }

  static const Ca& ca() {
    static const Ca made;
    return made;
  }
  static const crypto::Certificate& leaf() {
    static const crypto::Certificate made = ca().serve({"a.example"}).leaf();
    return made;
  }

  static std::string lacking(const crypto::Certificate& below, const std::string& url = kUrl) {
    api::ImportCertificatesResponse response;
    api::MissingIssuer& gap = *response.add_missing();
    gap.set_of(below.subject());
    gap.set_name(below.issuer());
    gap.add_urls(url);
    gap.set_certificate(std::string(as_text(below.der())));
    return api::to_json(response);
  }
  static std::string done() {
    api::ImportCertificatesResponse response;
    response.mutable_change()->set_applied(true);
    return api::to_json(response);
  }
  void answer(std::vector<std::string> answers) {
    stage_.gatehouse.queues[kImport] = std::move(answers);
  }

  Result<int> import(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"cert", "import", "a.crt"};
    words.insert(words.end(), more.begin(), more.end());
    auto command =
        parse_command_line(words, [this](const char* name) { return stage_.variable(name); });
    if (!command) return pass_on(command);
    auto around = stage_.around();
    if (answer_ != Answer::nobody_there) {
      around.confirm = [this](std::string_view question) {
        questions_.emplace_back(question);
        return answer_ == Answer::yes;
      };
    }
    around.fetch_issuer = [this](const crypto::Certificate& below) { return fetch(below); };
    return carry_out(*command, around);
  }
  Result<certs::FetchedIssuer> fetch(const crypto::Certificate& below) {
    fetched_for_.push_back(below.subject());
    if (cannot_fetch_) return std::unexpected(*cannot_fetch_);
    const bool of_leaf = below.common_name() == "a.example";
    return certs::FetchedIssuer{kUrl, of_leaf ? ca().intermediate : ca().root};
  }

  // What was asked of gatehouse: "try" and "do", with the number of files.
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const auto& [method, json] : stage_.gatehouse.asked) {
      api::ImportCertificatesRequest request;
      EXPECT_TRUE(api::from_json(json, request));
      all.push_back(fmt::format("{} {}", request.dry_run() ? "try" : "do", request.files_size()));
    }
    return all;
  }
  const std::string& said() const { return stage_.console.said; }
  const std::string& talked() const { return stage_.console.talked; }

  enum class Answer { nobody_there, yes, no };
  Answer answer_ = Answer::nobody_there;
  std::optional<Error> cannot_fetch_;
  std::vector<std::string> questions_;
  std::vector<std::string> fetched_for_;
  gatehouse::testing::TemporaryFolder folder_;
  testing::Stage stage_;
};

TEST_F(IssuerFetchingTest, F2_what_is_missing_is_fetched_shown_and_imported_in_one_change) {
  answer({lacking(leaf()), done(), done()});
  EXPECT_EQ(import({"--fetch-issuers"}).value(), 0);
  EXPECT_THAT(asked(), ElementsAre("try 1", "try 2", "do 2"));
  EXPECT_THAT(fetched_for_, ElementsAre("CN=a.example"));
  EXPECT_THAT(talked(), AllOf(HasSubstr("fetched  http://ca.example/i.cer\n"),
                              HasSubstr("CN=intermediate, SHA-256 " +
                                        crypto::hex(ca().intermediate.sha256())),
                              HasSubstr("It signed the certificate of CN=a.example.")));
  EXPECT_THAT(stage_.gatehouse.asked.back().second, HasSubstr(R"("name":"the fetched issuer")"));
}

TEST_F(IssuerFetchingTest, the_json_answer_tells_what_was_fetched) {
  answer({lacking(leaf()), done(), done()});
  EXPECT_EQ(import({"--fetch-issuers", "--json"}).value(), 0);
  EXPECT_THAT(said(), HasSubstr(R"("fetched":[{"url":"http://ca.example/i.cer",)"
                                R"("subject":"CN=intermediate")"));
}

TEST_F(IssuerFetchingTest, a_dry_run_fetches_and_stores_nothing) {
  answer({lacking(leaf()), done(), done()});
  EXPECT_EQ(import({"--fetch-issuers", "--dry-run"}).value(), 0);
  EXPECT_THAT(asked(), ElementsAre("try 1", "try 2", "try 2"));
  EXPECT_THAT(talked(), HasSubstr("fetched  "));
}

TEST_F(IssuerFetchingTest, nothing_is_fetched_and_nothing_tried_unless_it_was_asked_for) {
  answer({lacking(leaf())});
  EXPECT_EQ(import({"--name", "it's", "--passphrase-file", "a.crt"}).value(), 0);
  EXPECT_THAT(asked(), ElementsAre("do 1"));
  EXPECT_THAT(fetched_for_, IsEmpty());
  EXPECT_THAT(talked(), HasSubstr("gatehouse cert import a.crt --passphrase-file a.crt --name "
                                  "'it'\\''s' --fetch-issuers\n"));
}

TEST_F(IssuerFetchingTest, a_person_at_the_terminal_is_asked_and_no_means_the_gap_stays) {
  answer_ = Answer::no;
  answer({lacking(leaf()), lacking(leaf())});
  EXPECT_EQ(import().value(), 0);
  EXPECT_THAT(asked(), ElementsAre("try 1", "do 1"));
  EXPECT_THAT(fetched_for_, IsEmpty());
  ASSERT_THAT(questions_, SizeIs(1));
  EXPECT_EQ(questions_[0],
            "The certificate of CN=intermediate is not here, which issued the one of CN=a.example. "
            "That one says where it is: http://ca.example/i.cer\nFetch it from there? [y/N] ");
}

TEST_F(IssuerFetchingTest, one_yes_is_for_the_whole_chain) {
  answer_ = Answer::yes;
  answer({lacking(leaf()), lacking(ca().intermediate), done()});
  EXPECT_EQ(import().value(), 0);
  EXPECT_THAT(questions_, SizeIs(1));
  EXPECT_THAT(fetched_for_, ElementsAre("CN=a.example", "CN=intermediate"));
}

TEST_F(IssuerFetchingTest, with_json_nobody_is_asked) {
  answer_ = Answer::yes;
  answer({lacking(leaf())});
  EXPECT_EQ(import({"--json"}).value(), 0);
  EXPECT_THAT(questions_, IsEmpty());
  EXPECT_THAT(asked(), ElementsAre("do 1"));
}

TEST_F(IssuerFetchingTest, a_root_is_shown_and_not_imported) {
  answer({lacking(ca().intermediate), lacking(ca().intermediate)});
  EXPECT_EQ(import({"--fetch-issuers"}).value(), 0);
  EXPECT_THAT(asked(), ElementsAre("try 1", "do 1"));
  EXPECT_THAT(talked(), HasSubstr("It is a root"));
}

TEST_F(IssuerFetchingTest, what_cannot_be_fetched_stores_nothing) {
  cannot_fetch_ = Error{Fault::upstream, true, "http://ca.example/i.cer: the server is away.",
                        ErrorKind::unreachable};
  answer({lacking(leaf())});
  const auto imported = import({"--fetch-issuers"});
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().kind, ErrorKind::unreachable);
  EXPECT_EQ(imported.error().what,
            "http://ca.example/i.cer: the server is away. Nothing was stored: without "
            "--fetch-issuers the import goes on with the gap.");
  EXPECT_THAT(asked(), ElementsAre("try 1"));
}

TEST_F(IssuerFetchingTest, at_most_four_certificates_up) {
  std::vector<std::string> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(lacking(ca().serve({"a.example"}).leaf()));
  answer(answers);
  EXPECT_EQ(import({"--fetch-issuers"}).value(), 0);
  EXPECT_THAT(fetched_for_, SizeIs(4));
}

TEST_F(IssuerFetchingTest, an_address_of_https_is_no_reason_to_ask) {
  answer_ = Answer::yes;
  answer({lacking(leaf(), "https://ca.example/i.cer"), done()});
  EXPECT_EQ(import().value(), 0);
  EXPECT_THAT(questions_, IsEmpty());
  EXPECT_THAT(asked(), ElementsAre("try 1", "do 1"));
}

TEST_F(IssuerFetchingTest, an_import_that_is_refused_is_not_completed) {
  answer({R"({"refusals":[{"kind":"expired","sentence":"it expired"}]})"});
  EXPECT_EQ(import({"--fetch-issuers"}).value(), 3);
  EXPECT_THAT(asked(), ElementsAre("try 1"));
}

}  // namespace
}  // namespace gatehouse::cli
