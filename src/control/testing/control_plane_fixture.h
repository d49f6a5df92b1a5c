#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "control/live_control_plane.h"
#include "control/testing/fake_trust_pages.h"
#include "control/testing/fakes.h"
#include "control/testing/stored_certificates.h"
#include "io/testing.h"

namespace gatehouse::control::testing {

inline constexpr std::string_view kFile =
    "version: 1\nsites:\n  file.localhost: http://127.0.0.1:1\n";

using Answer = Result<api::ChangeResponse>;

inline io::Task<void> keep(io::Task<Answer> task, std::optional<Answer>& into) {
  into = co_await std::move(task);
}

// A control plane of one file with one site, with sockets, workers and clients that are not there.
class TheControlPlane : public io::testing::ReactorTest {
 protected:
  TheControlPlane() {
    gatehouse::testing::put(file(), kFile);
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

  gatehouse::testing::TemporaryFolder folder_;
  EventLog log_{{.fd = -1}, clock};
  FakeSockets sockets_;
  Sources sources_{{.file = file(), .reading = {}, .state = folder_ / "state"}, {}};
  Listeners listeners_{sockets_.open(), 1};
  StoredCertificates stored_{reactor, folder_ / "state"};
  Identities identities_{stored_.keeper(), stored_.opener(), reactor, log_};
  MetricLabels labels_;
  SnapshotBuilder builder_{labels_, {}};
  AccessLogs access_logs_{log_};
  FakeProver prover_;
  std::vector<crypto::Certificate> machine_anchors_;
  std::shared_ptr<const certs::NameIndex> names_;
  FakeFleet fleet_{reactor};
  FakeTrustPages trust_;
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

// With certificates in the store, which is asked who uses them.
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

}  // namespace gatehouse::control::testing
