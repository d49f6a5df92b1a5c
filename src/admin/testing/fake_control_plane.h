#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/control_plane.h"
#include "control/testing/fake_trust_pages.h"
#include "io/event.h"

namespace gatehouse::admin::testing {

// Answers what it is told to answer, and remembers what it was asked.
class FakeControlPlane final : public control::ControlPlane {
 public:
  explicit FakeControlPlane(io::Reactor& reactor) : go_on_(reactor), reactor_(reactor) {}

  // ---- what it does

  std::optional<Error> error;  // of every method that may fail
  bool waits = false;          // changes wait until go_on()
  std::string prometheus = "gatehouse_up 1\n";
  std::vector<std::pair<api::ChangeRequest, control::Caller>> changes;
  std::vector<control::Caller> upgraders;
  mutable control::testing::FakeTrustPages trust_pages;
  int reloads = 0;
  int finished = 0;
  int cancelled = 0;

  void go_on() {
    waits = false;
    go_on_.notify_all();
  }
  void tell(const std::string& sentence) {
    api::Event event;
    event.set_when("2026-11-21T12:00:00Z");
    event.set_kind("change");
    event.set_sentence(sentence);
    for (const auto& [number, listener] : listeners_) listener(event);
  }
  std::size_t listening() const { return listeners_.size(); }

  // ---- ControlPlane

  io::Task<Result<api::ChangeResponse>> change(api::ChangeRequest request,
                                               control::Caller caller) override {
    changes.emplace_back(std::move(request), std::move(caller));
    while (waits) {
      if (co_await go_on_.wait(reactor_.in(std::chrono::hours{1})) == io::Wake::cancelled) {
        ++cancelled;
        co_return fail(Fault::ours, "It was cancelled.");
      }
    }
    ++finished;
    if (error) co_return std::unexpected(*error);
    api::ChangeResponse response;
    response.set_applied(true);
    response.set_revision(changes.size());
    response.add_plan()->set_text("port 443 opens on all addresses");
    co_return response;
  }
  io::Task<Result<api::ChangeResponse>> reload(bool dry_run, control::Caller caller) override {
    ++reloads;
    api::ChangeRequest request;
    request.set_dry_run(dry_run);
    co_return co_await change(std::move(request), std::move(caller));
  }
  io::Task<Result<api::ChangeResponse>> rollback(std::uint64_t revision, bool dry_run,
                                                 control::Caller caller) override {
    api::ChangeRequest request;
    request.set_if_revision(revision);
    request.set_dry_run(dry_run);
    co_return co_await change(std::move(request), std::move(caller));
  }

  io::Task<Result<api::UpgradeResponse>> upgrade(control::Caller caller) override {
    upgraders.push_back(std::move(caller));
    if (error) co_return std::unexpected(*error);
    api::UpgradeResponse response;
    response.mutable_now()->set_pid(4711);
    co_return response;
  }

  api::GetConfigurationResponse configuration() const override {
    api::GetConfigurationResponse response;
    response.set_revision(7);
    return response;
  }
  api::ValidateResponse validate(const std::string& yaml) const override {
    api::ValidateResponse response;
    if (!yaml.empty()) response.add_diagnostics()->set_message(yaml);
    return response;
  }
  Result<api::HistoryResponse> history() const override { return answer<api::HistoryResponse>(); }
  api::ExportResponse export_yaml(bool everything) const override {
    api::ExportResponse response;
    response.set_yaml(everything ? "everything" : "what the API made");
    return response;
  }
  api::ListSitesResponse sites(const std::string& owner) const override {
    api::ListSitesResponse response;
    auto& row = *response.add_sites();
    row.set_name("files.example.com");
    row.set_owner(owner);
    return response;
  }
  api::ListBindingsResponse bindings(const std::string& owner) const override {
    api::ListBindingsResponse response;
    response.add_bindings()->set_owner(owner);
    return response;
  }
  Result<api::ExplainBindingResponse> explain(
      const api::ExplainBindingRequest& request) const override {
    auto response = answer<api::ExplainBindingResponse>();
    if (response) response->add_reasons(request.name());
    return response;
  }
  api::ListListenersResponse listeners() const override { return {}; }
  api::ListUpstreamsResponse upstreams() const override { return {}; }
  api::ListCertificatesResponse certificates() const override { return {}; }
  api::Status status() const override {
    api::Status status;
    status.set_version("1.2.3");
    return status;
  }
  std::string metrics() const override { return prometheus; }
  control::TrustPages& trust() const override { return trust_pages; }

  std::uint64_t listen(control::Listener listener) override {
    listeners_.emplace(++last_, std::move(listener));
    return last_;
  }
  void unlisten(std::uint64_t number) override { listeners_.erase(number); }

 private:
  template <class Message>
  Result<Message> answer() const {
    if (error) return std::unexpected(*error);
    return Message{};
  }

  io::Event go_on_;
  io::Reactor& reactor_;
  std::map<std::uint64_t, control::Listener> listeners_;
  std::uint64_t last_ = 0;
};

}  // namespace gatehouse::admin::testing
