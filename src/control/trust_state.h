#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "crypto/certificate.h"

namespace gatehouse::control {

// What the trust page knows beside its text, shared by all threads that answer it. A page is asked
// for by people, so that its lock costs nobody anything.
class TrustState {
 public:
  // Of so many addresses for each CA; more are not told apart.
  static constexpr std::size_t kMostDevices = 10'000;

  // A port of this machine where a certificate of the CA answers that no browser was told to
  // accept, and whom that certificate speaks for.
  struct Verdict {
    std::uint16_t port = 0;
    crypto::CertificateNames names;
  };
  // nullptr: there is none.
  std::shared_ptr<const Verdict> verdict() const {
    const std::lock_guard lock(mutex_);
    return verdict_;
  }
  void set_verdict(std::shared_ptr<const Verdict> verdict) {
    const std::lock_guard lock(mutex_);
    verdict_ = std::move(verdict);
  }

  // A device has passed the live test for the CA of this fingerprint. Anybody can pretend that.
  void passed(std::string_view ca, std::string_view address) {
    const std::lock_guard lock(mutex_);
    auto& devices = devices_[std::string(ca)];
    if (devices.size() < kMostDevices) devices.emplace(address);
  }
  // How many addresses have.
  std::size_t devices(std::string_view ca) const {
    const std::lock_guard lock(mutex_);
    const auto found = devices_.find(std::string(ca));
    return found == devices_.end() ? 0 : found->second.size();
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Verdict> verdict_;
  std::map<std::string, std::set<std::string>> devices_;
};

}  // namespace gatehouse::control
