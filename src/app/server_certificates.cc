// What the running program does with the certificates that are kept.

#include <fstream>

#include "app/server.h"
#include "base/time_text.h"
#include "certs/binding/stored_credentials.h"
#include "certs/issuer/permitted_names.h"
#include "control/certificates/choosers.h"
#include "control/identity_needs.h"
#include "control/page_certificate.h"
#include "io/run_until_done.h"

namespace gatehouse::app {
namespace {

using namespace std::chrono_literals;

// A million names take some seconds of a slow disk.
constexpr auto kReadNamesTime = 2min;
constexpr auto kWriteServedTime = 10s;

// By which other devices may find this machine.
crypto::CertificateNames names_of_machine() {
  const auto machine = certs::machine_names(certs::read_machine_sources());
  crypto::CertificateNames names;
  for (const auto& name : {machine.full_name, machine.short_name}) {
    if (!name) continue;
    if (auto pattern = NamePattern::parse(name->text())) names.dns.push_back(std::move(*pattern));
  }
  names.addresses = machine.addresses;
  return names;
}

}  // namespace

Result<Ok> Server::open_store(const Environment& environment) {
  auto store = StateStore::open(sources_.state(), environment, command_.passphrase_file, reactor_,
                                clock_, usage_);
  if (!store) return pass_on(store);
  store_ = std::move(*store);
  names_ = std::make_unique<control::StoredNames>(store_->thread(), store_->entries(), reactor_,
                                                  events_);
  return io::run_until_done(reactor_, names_->read(reactor_.in(kReadNamesTime)));
}

edge::StoreOfWorker Server::store_of_worker() {
  auto reader = std::make_shared<certs::CredentialReader>(store_->certificates().vault());
  return {.credentials =
              [this, reader](io::Reactor& worker) {
                return std::make_unique<certs::StoredCredentials>(store_->thread(), worker, reader);
              },
          .served =
              [this](std::vector<certs::RecordId> served) {
                reactor_.post([this, served = std::move(served)] { note_served(served); });
              }};
}

void Server::note_served(const std::vector<certs::RecordId>& served) {
  const WallTime now = clock_.wall();
  for (const certs::RecordId& id : served) store_->certificates().mark_served(id, now);
  if (!stopping_) tasks_.spawn(write_served_times());
}

// What is not written now is tried again with the next ones.
io::Task<void> Server::write_served_times() {
  (void)co_await store_->certificates().write_served_times(reactor_.in(kWriteServedTime));
}

io::Task<void> Server::follow_store() {
  return names_->follow([this] { return plane_->serve_names(); });
}

// Their keys are certificates of the store that must not be removed under them.
Result<Ok> Server::make_authorities() {
  constexpr auto kLoadTime = 10s;
  authorities_.emplace(store_->entries(), store_->certificates(), clock_,
                       [this](crypto::KeyType type, io::Deadline deadline) {
                         return helper_.run(
                             reactor_, [type] { return crypto::PrivateKey::generate(type); },
                             deadline);
                       });
  auto loaded = io::run_until_done(reactor_, authorities_->load_users(reactor_.in(kLoadTime)));
  if (!loaded) return loaded;
  usage_.ask([this](const certs::RecordId& id) { return authorities_->users(id); });
  default_identity_.emplace(
      certs::DefaultIdentityKeeper::Parts{.state = sources_.state(),
                                          .entries = store_->entries(),
                                          .certificates = store_->certificates(),
                                          .authorities = *authorities_,
                                          .clock = clock_,
                                          .copy_key = store_->master_is_in_folder()});
  usage_.ask([this](const certs::RecordId& id) { return default_identity_->users(id); });
  authority_desk_.emplace(control::LiveAuthorityDesk::Parts{
      .reactor = reactor_,
      .events = events_,
      .certificates = store_->certificates(),
      .authorities = *authorities_,
      .machine_names = [] { return certs::machine_names(certs::read_machine_sources()); },
      .machine_anchor = [this] { return plane_->in_force().identities->anchor; },
      .machine_constraints = [this] { return constraints_of_machine(); },
      .take_up =
          [this](std::string why, control::Caller caller, std::vector<certs::Record> arrived) {
            return take_up_store(std::move(why), std::move(caller), std::move(arrived));
          },
      .roots_changed =
          [this] {
            if (!stopping_) tasks_.spawn(trusted_cas_->refresh());
          }});
  trusted_cas_.emplace(control::TrustedCas::Parts{
      .reactor = reactor_, .events = events_, .authorities = *authorities_, .state = trust_state_});
  issued_renewal_.emplace(control::IssuedRenewal::Parts{
      .reactor = reactor_,
      .events = events_,
      .certificates = store_->certificates(),
      .authorities = *authorities_,
      .chosen = [this](const certs::RecordId& id) { return !plane_->users_of(id).empty(); },
      .kept_by_others =
          [this](const certs::RecordId& id) { return !default_identity_->users(id).empty(); },
      .take_up =
          [this](std::string why, control::Caller caller) {
            return take_up_store(std::move(why), std::move(caller), {});
          }});
  return Ok{};
}

Result<crypto::NameConstraints> Server::constraints_of_machine() const {
  auto permitted = control::permitted_names(plane_->in_force().settings());
  if (!permitted) return permitted;
  return certs::constraints_for(certs::machine_names(certs::read_machine_sources()), *permitted);
}

void Server::make_trust_pages() {
  trust_pages_ = std::make_unique<control::TrustPageServer>(control::TrustPageServer::Parts{
      .reactor = reactor_,
      .events = events_,
      .open =
          [](const ListenAddress& address, std::size_t threads,
             std::span<const io::SocketAddress> ours) {
            return edge::open_listener(address, threads, ours);
          },
      .state = trust_state_,
      .identities = [this] { return plane_->in_force().identities; },
      .issue =
          [this](const crypto::CertificateNames& names) {
            return control::issue_page_certificate(*plane_->in_force().identities, names,
                                                   clock_.wall());
          },
      .named = &*trusted_cas_,
      .machine_names = [] { return names_of_machine(); }});
}

void Server::make_desk() {
  desk_ = std::make_unique<control::LiveCertificateDesk>(control::LiveCertificateDesk::Parts{
      .reactor = reactor_,
      .helper = helper_,
      .store = store_->certificates(),
      .usage = usage_,
      .events = events_,
      .bring_into_force =
          [this](std::string why, control::Caller caller, std::vector<certs::Record> arrived) {
            return take_up_store(std::move(why), std::move(caller), std::move(arrived));
          },
      .would_answer_for =
          [this](const certs::Record& record) {
            return control::choosers(plane_->in_force().settings(), record);
          },
      .machine_anchors = [this] { return machine_anchors_.now(); }});
}

io::Task<Result<api::ChangeResponse>> Server::take_up_store(std::string why, control::Caller caller,
                                                            std::vector<certs::Record> arrived) {
  auto response =
      co_await plane_->take_up_store(std::move(why), std::move(caller), std::move(arrived));
  note_certificates();
  co_return response;
}

// For gatehouse-copies.path, which starts what keeps copies current: this program may not.
void Server::note_certificates() {
  if (changed_file_.empty()) return;
  std::ofstream(changed_file_) << timestamp_text(clock_.wall()) << '\n';
}

}  // namespace gatehouse::app
