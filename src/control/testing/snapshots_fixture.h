#pragma once

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "control/snapshot_builder.h"
#include "control/testing/configurations.h"
#include "control/testing/fakes.h"
#include "control/testing/stored_certificates.h"

namespace gatehouse::control::testing {

using gatehouse::testing::TemporaryFolder;

// Everything from a text to a snapshot, without a socket.
class Snapshots : public ::testing::Test {
 protected:
  std::shared_ptr<const edge::Snapshot> build(std::string_view yaml) {
    return build(settings_of(yaml));
  }
  std::shared_ptr<const edge::Snapshot> build(config::Settings settings) {
    settings_ = std::make_shared<const config::Settings>(std::move(settings));
    auto next = listeners_.prepare(listener_needs(*settings_));
    EXPECT_TRUE(next) << next.error().what;
    listeners_.adopt(std::move(next->all));
    auto identities = io::run_until_done(
        reactor_, identities_of_.prepare(settings_, identities_, Identities::Look::new_files_only));
    EXPECT_TRUE(identities) << identities.error().what;
    identities_ = std::move(*identities);
    return builder_.build({++revision_, settings_, identities_, listeners_.open_now()});
  }
  const edge::ListenerPlan* plan(const edge::Snapshot& snapshot, std::string_view address) const {
    for (const auto& [id, plan] : snapshot.listeners) {
      if (plan.address.text() == address) return &plan;
    }
    return nullptr;
  }
  std::vector<std::string> addresses(const edge::Snapshot& snapshot) const {
    std::vector<std::string> all;
    for (const auto& [id, plan] : snapshot.listeners) all.push_back(plan.address.text());
    std::ranges::sort(all);
    return all;
  }
  static std::string site_at(const edge::ListenerPlan* plan, std::string_view host) {
    const edge::Site* site = plan == nullptr ? nullptr : plan->routes->find(host);
    return site == nullptr ? "" : site->name();
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  EventLog events_{{.fd = -1}, clock_};
  FakeSockets sockets_;
  Listeners listeners_{sockets_.open(), 1};
  io::Reactor reactor_{clock_};
  StoredCertificates stored_{reactor_, folder_ / "state"};
  Identities identities_of_{stored_.keeper(), stored_.opener(), reactor_, events_};
  MetricLabels labels_;
  SnapshotBuilder builder_{
      labels_, {.tickets = {}, .workers = 2, .most_connections = 100, .trust_command = {}}};
  std::shared_ptr<const config::Settings> settings_;
  IdentitySetPtr identities_;
  std::uint64_t revision_ = 0;
};

}  // namespace gatehouse::control::testing
