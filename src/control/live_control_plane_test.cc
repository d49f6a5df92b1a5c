#include "control/live_control_plane.h"

#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "control/testing/configurations.h"
#include "control/testing/fake_trust_pages.h"
#include "control/testing/fakes.h"
#include "control/testing/stored_certificates.h"
#include "crypto/testing/chains.h"
#include "io/testing.h"

namespace gatehouse::control {
namespace {

using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeFleet;
using testing::FakeProver;
using testing::FakeSockets;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kFile = "version: 1\nsites:\n  file.localhost: http://127.0.0.1:1\n";

using Answer = Result<api::ChangeResponse>;

io::Task<void> keep(io::Task<Answer> task, std::optional<Answer>& into) {
  into = co_await std::move(task);
}

std::vector<crypto::Sha256> digests_of(const std::vector<crypto::Certificate>& certificates) {
  std::vector<crypto::Sha256> digests;
  for (const crypto::Certificate& one : certificates) digests.push_back(one.sha256());
  return digests;
}

class TheControlPlane : public io::testing::ReactorTest {
 protected:
  TheControlPlane() {
    put(file(), kFile);
    auto first = sources_.read();
    EXPECT_TRUE(first && first->settings);
    auto begun = io::run_until_done(reactor, plane_.begin(std::move(*first)));
    EXPECT_TRUE(begun) << begun.error().what;
    plane_.serve_with(fleet_);
    plane_.listen([this](const api::Event& event) { events_seen_.push_back(event.kind()); });
  }
  std::filesystem::path file() const { return folder_ / "gatehouse.yaml"; }

  Answer run(io::Task<Answer> task) {
    std::optional<Answer> answer;
    io::Scope scope(reactor);
    scope.spawn(keep(std::move(task), answer));
    for (int i = 0; i < 100 && !answer; ++i) {
      settle();
      if (!answer) advance(std::chrono::seconds(1));
    }
    EXPECT_TRUE(answer);
    return std::move(*answer);
  }
  Answer change(api::ChangeRequest request) {
    return run(plane_.change(std::move(request), {"root", 0}));
  }
  Answer reload(bool dry_run = false) { return run(plane_.reload(dry_run, {"file", 0})); }
  static api::ChangeRequest with_site(const std::string& name, const std::string& listen = ":443") {
    api::ChangeRequest request;
    api::SetSite& step = *request.add_edits()->mutable_set_site();
    step.set_name(name);
    step.mutable_site()->add_upstreams("http://127.0.0.1:2");
    step.mutable_site()->add_listen(listen);
    return request;
  }
  std::vector<std::string> site_names() const {
    std::vector<std::string> names;
    for (const api::SiteRow& row : plane_.sites("").sites()) names.push_back(row.name());
    return names;
  }
  std::uint64_t revision() const { return plane_.in_force().revision; }

  TemporaryFolder folder_;
  EventLog log_{{.fd = -1}, clock};
  FakeSockets sockets_;
  Sources sources_{{.file = file(), .reading = {}, .state = folder_ / "state"}, {}};
  Listeners listeners_{sockets_.open(), 1};
  testing::StoredCertificates stored_{reactor};
  Identities identities_{folder_ / "state", stored_.opener(), reactor, log_};
  MetricLabels labels_;
  SnapshotBuilder builder_{labels_, {}};
  AccessLogs access_logs_{log_};
  FakeProver prover_;
  std::vector<crypto::Certificate> machine_anchors_;
  std::shared_ptr<const certs::NameIndex> names_;
  FakeFleet fleet_{reactor};
  testing::FakeTrustPages trust_;
  LiveControlPlane plane_{{.reactor = reactor,
                           .events = log_,
                           .sources = sources_,
                           .listeners = listeners_,
                           .identities = identities_,
                           .builder = builder_,
                           .prover = prover_,
                           .access_logs = access_logs_,
                           .machine_anchors = [this] { return machine_anchors_; },
                           .facts = {},
                           .metrics_page = [] { return std::string("counters"); },
                           .names = [this] { return names_; },
                           .on_identities = [](const IdentitySet&) {},
                           .upgrade = {},
                           .trust = trust_}};
  std::vector<std::string> events_seen_;
};

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

// ------------------------------------------------------------------ certificates of the store

using certs::testing::identity;
using certs::testing::Life;

class StoredCertificatesInForce : public TheControlPlane {
 protected:
  StoredCertificatesInForce() {
    stored_.usage().ask([this](const certs::RecordId& id) { return plane_.users_of(id); });
  }
  static api::ChangeRequest with_selector(const std::string& site, const std::string& name) {
    api::ChangeRequest request = with_site(site);
    request.mutable_edits(0)->mutable_set_site()->mutable_site()->mutable_certificate()->set_name(
        name);
    return request;
  }
  // What a client is shown that calls this name.
  crypto::Certificate answering(const std::string& name) const {
    for (const auto& [id, plan] : plane_.in_force().snapshot->listeners) {
      if (!plan.bindings) continue;
      const auto* answer = plan.bindings->find(ServerName::parse(name).value());
      for (const auto& served : plane_.in_force().identities->all()) {
        if (answer != nullptr && served->credential == answer->answer.credential) {
          return served->identity.leaf();
        }
      }
    }
    ADD_FAILURE() << "nothing answers for " << name;
    std::abort();
  }
  Answer take_up() { return run(plane_.take_up_store("an import", {"root", 0})); }
};

TEST_F(StoredCertificatesInForce, F3_answer_for_the_sites_that_name_them) {
  const auto record = stored_.put("shop", identity({"shop.example"}));
  const Answer done = change(with_selector("shop.example", "shop"));
  ASSERT_TRUE(done && done->applied()) << (done ? done->DebugString() : done.error().what);
  EXPECT_EQ(answering("shop.example"), record.leaf());
  EXPECT_NE(answering("file.localhost"), record.leaf());
}

TEST_F(StoredCertificatesInForce, F3_one_that_is_not_there_is_an_error_that_names_the_remedy) {
  const Answer done = change(with_selector("shop.example", "shop"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::not_found);
  EXPECT_THAT(done.error().what, AllOf(HasSubstr("name \"shop\""), HasSubstr("cert import")));
  EXPECT_THAT(site_names(), ElementsAre("file.localhost"));
}

TEST_F(StoredCertificatesInForce, A2_one_for_clients_is_refused_with_the_reason) {
  stored_.put("fe", identity({"fe.example"}, {}, crypto::Purpose::client));
  const Answer done = change(with_selector("fe.example", "fe"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::invalid);
  EXPECT_THAT(done.error().what, HasSubstr("serverAuth"));
}

TEST_F(StoredCertificatesInForce, a_replaced_one_is_served_once_it_is_taken_up) {
  const auto before = stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  const auto then = revision();
  const auto after = stored_.replace(before.id, identity({"shop.example"}, Life{0, 200}));
  EXPECT_EQ(answering("shop.example"), before.leaf());
  const Answer done = take_up();
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(answering("shop.example"), after.leaf());
  ASSERT_EQ(done->plan_size(), 1);
  EXPECT_THAT(done->plan(0).text(),
              AllOf(HasSubstr("answers for shop.example"), HasSubstr("store, shop")));
  EXPECT_EQ(done->proofs_size(), 2) << "its TLS and its plain HTTP, and no other site";
  EXPECT_EQ(revision(), then) << "the configuration is the same";
  EXPECT_THAT(events_seen_, Contains("certificate"));
}

TEST_F(StoredCertificatesInForce, nothing_happens_when_nothing_is_otherwise) {
  stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  const auto snapshot = plane_.in_force().snapshot;
  stored_.put("other", identity({"other.example"}));
  const Answer done = take_up();
  EXPECT_TRUE(done && done->applied());
  EXPECT_EQ(done->plan_size(), 0);
  EXPECT_EQ(plane_.in_force().snapshot, snapshot);
}

TEST_F(StoredCertificatesInForce, the_one_before_is_back_if_the_proof_fails) {
  const auto before = stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  stored_.replace(before.id, identity({"shop.example"}, Life{0, 200}));
  prover_.as_planned = false;
  const Answer done = take_up();
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->rolled_back());
  EXPECT_EQ(answering("shop.example"), before.leaf());
}

TEST_F(StoredCertificatesInForce, A6_the_newest_valid_one_with_a_subject_wins) {
  stored_.put("old", identity({"shop.example"}, Life{-20, 20}));
  const auto newer = stored_.put("new", identity({"shop.example"}, Life{-10, 10}));
  stored_.put("later", identity({"shop.example"}, Life{5, 90}));
  api::ChangeRequest request = with_site("shop.example");
  request.mutable_edits(0)->mutable_set_site()->mutable_site()->mutable_certificate()->set_san(
      "shop.example");
  ASSERT_TRUE(change(request)->applied());
  EXPECT_EQ(answering("shop.example"), newer.leaf());
}

TEST_F(StoredCertificatesInForce, one_that_is_used_is_not_removed_and_says_by_whom) {
  const auto record = stored_.put("shop", identity({"shop.example"}));
  ASSERT_TRUE(change(with_selector("shop.example", "shop"))->applied());
  const auto removed = stored_.remove(record.id);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::conflict);
  EXPECT_THAT(removed.error().what, HasSubstr("site shop.example"));
}

// ------------------------------------------------------------------ by its names alone

class ArrivedCertificates : public StoredCertificatesInForce {
 protected:
  ArrivedCertificates() { EXPECT_TRUE(change(with_site("shop.example"))->applied()); }

  certs::Record arrive(const std::string& name, const crypto::Identity& identity) {
    auto record = stored_.put(name, identity);
    auto next =
        names_ ? std::make_shared<certs::NameIndex>(*names_) : std::make_shared<certs::NameIndex>();
    next->put(certs::summary_of(record));
    names_ = std::move(next);
    return record;
  }
  Answer take_up(const certs::Record& record) {
    prover_.asked = 0;
    prover_.last.reset();
    return run(plane_.take_up_store("an import", {"root", 0}, {record}));
  }
  // What the plan says of a certificate that is not dialled.
  std::string told_of(const certs::Record& record) {
    const Answer done = take_up(record);
    EXPECT_TRUE(done && done->applied() && done->plan_size() == 1);
    EXPECT_EQ(prover_.asked, 0);
    return done && done->plan_size() == 1 ? done->plan(0).text() : "";
  }
  check::TlsPlan dialled() const { return std::get<check::TlsPlan>(prover_.last.value().plan); }
};

TEST_F(ArrivedCertificates, A14_what_answers_by_its_name_is_dialled_by_it) {
  const auto record = arrive("shop", identity({"other.example", "shop.example"}));
  const Answer done = take_up(record);
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(prover_.asked, 1);
  EXPECT_EQ(dialled().name.text(), "shop.example");
  EXPECT_EQ(dialled().leaf, record.sha256);
  EXPECT_FALSE(dialled().or_any_with_the_name);
  ASSERT_EQ(done->plan_size(), 1);
  EXPECT_EQ(done->plan(0).text(), "https://shop.example answers with this certificate");
  EXPECT_EQ(done->plan(0).state(), "done");
  EXPECT_EQ(done->proofs_size(), 1);
  EXPECT_EQ(plane_.in_force().snapshot->names, names_);
}

TEST_F(ArrivedCertificates, A14_if_another_one_answers_the_change_is_to_be_undone) {
  const auto record = arrive("shop", identity({"shop.example"}));
  prover_.as_planned = false;
  const Answer done = take_up(record);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->rolled_back());
  EXPECT_FALSE(done->applied());
  EXPECT_EQ(done->plan(0).state(), "failed");
  EXPECT_EQ(done->proofs_size(), 1);
}

TEST_F(ArrivedCertificates, clients_are_taken_to_trust_what_this_machine_does) {
  const crypto::testing::Ca company;
  machine_anchors_ = {company.root};
  ASSERT_TRUE(take_up(arrive("shop", identity({"shop.example"})))->applied());
  EXPECT_THAT(digests_of(prover_.trusted), Contains(company.root.sha256()));
}

TEST_F(ArrivedCertificates, below_a_wildcard_an_example_is_dialled) {
  ASSERT_TRUE(change(with_site("*.shop.example"))->applied());
  ASSERT_TRUE(take_up(arrive("shops", identity({"*.shop.example"})))->applied());
  EXPECT_EQ(dialled().name.text(), "www.shop.example");
}

TEST_F(ArrivedCertificates, one_that_another_comes_before_is_told_why) {
  arrive("new", identity({"shop.example"}, Life{-1, 90}));
  EXPECT_THAT(told_of(arrive("old", identity({"shop.example"}, Life{-20, 90}))),
              AllOf(HasSubstr("https://shop.example is answered by another certificate"),
                    HasSubstr("this one is older")));
  EXPECT_THAT(told_of(arrive("later", identity({"shop.example"}, Life{5, 90}))),
              HasSubstr("until this one is valid, from "));
}

TEST_F(ArrivedCertificates, a_name_that_nobody_published_is_told) {
  EXPECT_EQ(told_of(arrive("blog", identity({"blog.example"}))),
            "no site has blog.example yet, so nobody is answered with this certificate: gatehouse "
            "add blog.example UPSTREAM publishes it");
}

TEST_F(ArrivedCertificates, a_name_that_has_its_certificate_keeps_it) {
  arrive("mine", identity({"blog.example"}));
  ASSERT_TRUE(change(with_selector("blog.example", "mine"))->applied());
  EXPECT_THAT(told_of(arrive("other", identity({"blog.example"}))),
              HasSubstr("https://blog.example has a certificate bound to it"));
}

TEST_F(ArrivedCertificates, what_a_site_names_is_proven_with_the_site) {
  const auto record = arrive("mine", identity({"blog.example"}));
  ASSERT_TRUE(change(with_selector("blog.example", "mine"))->applied());
  const Answer done = take_up(record);
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(done->plan_size(), 0);
  EXPECT_EQ(prover_.asked, 0);
}

TEST_F(ArrivedCertificates, one_for_clients_is_nobody_s_answer) {
  const Answer done =
      take_up(arrive("fe", identity({"shop.example"}, {}, crypto::Purpose::client)));
  ASSERT_TRUE(done && done->applied());
  EXPECT_EQ(done->plan_size(), 0);
}

}  // namespace
}  // namespace gatehouse::control
