#include "control/live_control_plane.h"

#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "control/testing/configurations.h"
#include "control/testing/control_plane_fixture.h"
#include "crypto/testing/chains.h"

namespace gatehouse::control {
namespace {

using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using testing::Answer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::keep;
using testing::kFile;
using ::testing::SizeIs;
using testing::TheControlPlane;
using ::testing::UnorderedElementsAre;

std::vector<crypto::Sha256> digests_of(const std::vector<crypto::Certificate>& certificates) {
  std::vector<crypto::Sha256> digests;
  for (const crypto::Certificate& one : certificates) digests.push_back(one.sha256());
  return digests;
}

TEST_F(TheControlPlane, A14_serves_a_site_of_the_api_and_keeps_it) {
  const auto done = change(with_site("new.localhost"));
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(done->applied());
  EXPECT_GT(prover_.asked, 0);
  EXPECT_THAT(site_names(), Contains("new.localhost"));
  EXPECT_EQ(fleet_.served.back(), plane_.in_force().snapshot);
  EXPECT_THAT(sources_.store().current().value()->yaml, HasSubstr("new.localhost"));
  EXPECT_THAT(events_seen_, Contains("change"));
}

TEST_F(TheControlPlane, proves_certificates_of_files_to_clients_that_trust_what_this_machine_does) {
  const crypto::testing::Ca company;
  machine_anchors_ = {company.root};
  ASSERT_TRUE(change(with_site("new.localhost")));
  const auto local = plane_.in_force().identities->anchor;
  ASSERT_TRUE(local);
  EXPECT_THAT(digests_of(prover_.trusted), ElementsAre(local->sha256())) << "all are our own";

  const crypto::Identity bought = company.serve({"bought.localhost"});
  put(folder_ / "a.crt", bought.chain_pem());
  put(folder_ / "a.key", as_text(bought.key.to_pem().view()));
  put(file(),
      fmt::format(
          "{}  bought.localhost: {{certificate: {{files: {{certificate: {}, key: {}}}}}}}\n", kFile,
          (folder_ / "a.crt").string(), (folder_ / "a.key").string()));
  const auto done = reload();
  ASSERT_TRUE(done && done->applied()) << done->DebugString();
  EXPECT_THAT(digests_of(prover_.trusted),
              UnorderedElementsAre(company.root.sha256(), local->sha256()));
}

TEST_F(TheControlPlane, proves_a_change_that_is_in_no_site_at_one_of_them) {
  put(file(),
      std::string(kFile) + "  second.localhost: http://127.0.0.1:1\ntls: {profile: modern}\n");
  ASSERT_TRUE(reload()->applied());
  prover_.asked = 0;
  put(file(), std::string(kFile) + "  second.localhost: http://127.0.0.1:1\n");
  ASSERT_TRUE(reload()->applied());
  EXPECT_EQ(prover_.asked, 2) << "by TLS, and by plain HTTP";
}

TEST_F(TheControlPlane, says_how_many_sites_are_in_force_without_a_proof) {
  std::string sites(kFile);
  for (int i = 0; i < 30; ++i) {
    sites +=
        fmt::format("  s{}.localhost: {{upstreams: http://127.0.0.1:1, http: {{off: true}}}}\n", i);
  }
  put(file(), sites);
  const auto done = reload();
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(prover_.asked, 20);
  const std::string& last = done->plan(done->plan_size() - 1).text();
  EXPECT_THAT(last, HasSubstr("10 more are in force without a proof of their own"));
  EXPECT_EQ(done->plan(done->plan_size() - 1).state(), "done");
}

TEST_F(TheControlPlane, tells_the_plan_of_a_dry_run_and_does_nothing) {
  api::ChangeRequest request = with_site("new.localhost");
  request.set_dry_run(true);
  const auto done = change(std::move(request));
  ASSERT_TRUE(done);
  EXPECT_GT(done->plan_size(), 0);
  EXPECT_EQ(done->plan(0).state(), "planned");
  EXPECT_THAT(fleet_.served, IsEmpty());
  EXPECT_FALSE(sources_.store().current().value());
}

TEST_F(TheControlPlane, undoes_a_change_whose_proof_fails) {
  const auto before = plane_.in_force().snapshot;
  const std::uint64_t number = revision();
  prover_.as_planned = false;
  const auto done = change(with_site("new.localhost", ":8443"));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->rolled_back());
  EXPECT_FALSE(done->applied());
  EXPECT_EQ(fleet_.served.back(), before);
  EXPECT_EQ(revision(), number);
  EXPECT_FALSE(sources_.store().current().value()) << "nothing was kept";
  EXPECT_THAT(listeners_.open_now(), SizeIs(2)) << "8443 is not open";
}

TEST_F(TheControlPlane, undoes_a_change_that_a_worker_does_not_take) {
  fleet_.stuck = true;
  const auto done = change(with_site("new.localhost"));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->rolled_back());
  EXPECT_THAT(site_names(), SizeIs(1));
}

TEST_F(TheControlPlane, F13_an_access_log_of_the_file_is_in_use_from_the_change_on) {
  const std::string path = folder_ / "access.log";
  put(file(), fmt::format("{}logs: {{access: {}}}\n", kFile, path));
  const auto done = reload();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(done->applied());
  EXPECT_EQ(access_logs_.in_use()->target().path, path);
  EXPECT_EQ(fleet_.served.back()->access_log.lock(), access_logs_.in_use());
}

TEST_F(TheControlPlane, an_access_log_that_cannot_be_opened_changes_nothing) {
  const auto before = access_logs_.in_use();
  put(file(), fmt::format("{}logs: {{access: {}}}\n", kFile, (folder_ / "no/a.log").string()));
  const auto done = reload();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, HasSubstr("no/a.log"));
  EXPECT_EQ(access_logs_.in_use(), before);
  EXPECT_THAT(fleet_.served, IsEmpty());
}

TEST_F(TheControlPlane, an_access_log_of_a_change_that_is_undone_is_not_used) {
  const auto before = access_logs_.in_use();
  prover_.as_planned = false;
  put(file(), fmt::format("{}  b.localhost: http://127.0.0.1:2\nlogs: {{access: {}}}\n", kFile,
                          (folder_ / "a.log").string()));
  const auto done = reload();
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->rolled_back());
  EXPECT_EQ(access_logs_.in_use(), before);
  EXPECT_EQ(fleet_.served.back()->access_log.lock(), before);
}

TEST_F(TheControlPlane, refuses_a_port_in_use_before_anything_has_changed) {
  sockets_.in_use = "[::]:8443";
  const auto refused = change(with_site("new.localhost", ":8443"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(fleet_.served, IsEmpty());
}

TEST_F(TheControlPlane, keeps_listeners_open_until_the_proof_that_replaces_them) {
  ASSERT_TRUE(change(with_site("new.localhost", ":8443")));
  fleet_.served.clear();
  api::ChangeRequest request;
  request.add_edits()->set_remove_site("new.localhost");
  ASSERT_TRUE(change(std::move(request))->applied());
  ASSERT_THAT(fleet_.served, SizeIs(2));
  EXPECT_THAT(fleet_.served[0]->listeners, SizeIs(3)) << "the old one stays meanwhile";
  EXPECT_THAT(fleet_.served[1]->listeners, SizeIs(2));
}

TEST_F(TheControlPlane, refuses_what_was_asked_for_another_revision) {
  api::ChangeRequest request = with_site("new.localhost");
  request.set_if_revision(revision() + 7);
  EXPECT_EQ(change(std::move(request)).error().kind, ErrorKind::conflict);
}

TEST_F(TheControlPlane, says_what_is_wrong_with_a_change) {
  const auto done = change(with_site("new.localhost", "nonsense:port"));
  ASSERT_TRUE(done);
  EXPECT_GT(done->diagnostics_size(), 0);
  EXPECT_FALSE(done->applied());
  EXPECT_THAT(fleet_.served, IsEmpty());
}

TEST_F(TheControlPlane, takes_over_a_changed_file) {
  put(file(), "version: 1\nsites:\n  other.localhost: http://127.0.0.1:1\n");
  const auto done = reload();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(done->applied());
  EXPECT_THAT(site_names(), ElementsAre("other.localhost"));
}

TEST_F(TheControlPlane, changes_nothing_when_a_file_is_wrong_in_any_part) {
  put(file(), std::string(kFile) + "  b.localhost: {upstrem: http://127.0.0.1:1}\n");
  const auto done = reload();
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->applied());
  EXPECT_GT(done->diagnostics_size(), 0);
  EXPECT_THAT(plane_.status().last_error(), HasSubstr("upstrem"));
  EXPECT_THAT(events_seen_, Contains("reload_failed"));
  EXPECT_THAT(site_names(), SizeIs(1));
  put(file(), kFile);
  ASSERT_TRUE(reload()->applied());
  EXPECT_EQ(plane_.status().last_error(), "");
}

TEST_F(TheControlPlane, a_file_that_says_the_same_is_no_change) {
  const std::uint64_t number = revision();
  ASSERT_TRUE(reload()->applied());
  EXPECT_EQ(revision(), number);
  EXPECT_THAT(fleet_.served, IsEmpty());
}

TEST_F(TheControlPlane, goes_back_to_an_earlier_revision) {
  const std::uint64_t first = change(with_site("one.localhost"))->revision();
  ASSERT_TRUE(change(with_site("two.localhost")));
  const auto back = run(plane_.rollback(first, false, {"root", 0}));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_TRUE(back->applied());
  EXPECT_THAT(site_names(), ::testing::UnorderedElementsAre("file.localhost", "one.localhost"));
}

TEST_F(TheControlPlane, one_change_waits_for_the_other) {
  std::optional<Answer> first;
  std::optional<Answer> second;
  io::Scope scope(reactor);
  scope.spawn(keep(plane_.change(with_site("one.localhost"), {"root", 0}), first));
  scope.spawn(keep(plane_.change(with_site("two.localhost"), {"root", 0}), second));
  for (int i = 0; i < 20; ++i) settle();
  ASSERT_TRUE(first && second);
  EXPECT_TRUE((*first)->applied() && (*second)->applied());
  EXPECT_THAT(site_names(), SizeIs(3));
}

TEST_F(TheControlPlane, tells_its_findings_and_one_suggestion) {
  put(file(), "version: 1\ntls: compatible\nsites:\n  a.localhost: http://10.1.1.1:80\n");
  ASSERT_TRUE(reload()) << "a finding is no error";
  const api::Status status = plane_.status();
  std::vector<std::string> sentences;
  for (const api::Finding& finding : status.findings()) sentences.push_back(finding.sentence());
  EXPECT_THAT(sentences, Contains(HasSubstr("TLS profile \"compatible\" is in use")));
  EXPECT_THAT(sentences, Contains(HasSubstr("cross the network")));
  EXPECT_NE(status.suggestion(), "");
}

TEST_F(TheControlPlane, explains_who_answers) {
  api::ExplainBindingRequest request;
  request.set_name("file.localhost");
  const auto told = plane_.explain(request);
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->answered());
  EXPECT_EQ(told->site(), "file.localhost");
  EXPECT_THAT(told->certificate(), HasSubstr("local CA"));
}

TEST_F(TheControlPlane, what_it_exports_is_a_configuration) {
  ASSERT_TRUE(change(with_site("new.localhost")));
  const std::string yaml = plane_.export_yaml(true).yaml();
  EXPECT_THAT(yaml, HasSubstr("new.localhost"));
  EXPECT_THAT(plane_.validate(yaml).diagnostics(), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::control
