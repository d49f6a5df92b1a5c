#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/environment.h"
#include "certs/store/certificate_store.h"
#include "certs/store/state_folder.h"
#include "kv/store_thread.h"

namespace gatehouse::app {

// The store of the state folder (state.db), open as long as the program runs: certificates with
// their keys, and what else is kept. Control thread only, but for what thread() allows.
class StateStore {
 public:
  // Makes the store where there is none. Where it cannot be written (a read-only folder, a full
  // disk, another process) the program serves all the same, what is in it too, and every change
  // that is tried says why. A store that cannot be read is an error with its remedy, since
  // certificates that sites need may be in it.
  // `passphrase_file`: see certs::MachineMaster. Blocks on the disk, and runs the reactor.
  static Result<std::unique_ptr<StateStore>> open(
      const std::filesystem::path& state, const Environment& environment,
      const std::optional<std::filesystem::path>& passphrase_file, io::Reactor& reactor,
      const Clock& clock, const certs::Usage& usage);
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;
  ~StateStore() = default;

  // Why nothing can be kept; empty where it can.
  const std::string& keeps_nothing_because() const { return keeps_nothing_because_; }

  // What opens its keys lies in the same folder.
  bool master_is_in_folder() const { return master_is_in_folder_; }

  certs::CertificateStore& certificates() { return *certificates_; }
  // For what is kept beside certificates.
  kv::Store& entries() { return *entries_; }
  kv::StoreThread& thread() { return *thread_; }

  // A successor is started, which writes from now on; see kv::Engine.
  void stand_back() { thread_->stand_back(); }
  // There is none after all.
  Result<Ok> come_back() { return thread_->come_back(); }

 private:
  StateStore(std::unique_ptr<kv::StoreThread> thread, io::Reactor& reactor)
      : thread_(std::move(thread)), entries_(thread_->store(reactor)) {}
  static Result<std::unique_ptr<StateStore>> make(std::unique_ptr<kv::Engine> engine,
                                                  certs::MasterSource& master, io::Reactor& reactor,
                                                  const Clock& clock, const certs::Usage& usage);

  // Gone in the opposite order.
  std::unique_ptr<kv::StoreThread> thread_;
  std::unique_ptr<kv::Store> entries_;
  std::unique_ptr<certs::CertificateStore> certificates_;
  std::string keeps_nothing_because_;
  bool master_is_in_folder_ = false;
};

}  // namespace gatehouse::app
