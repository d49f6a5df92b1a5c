#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "crypto/certificate.h"
#include "edge/route/own_content.h"

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
    std::string ca = {};  // whose; empty: of the machine's own
  };
  // nullptr: there is none.
  std::shared_ptr<const Verdict> verdict() const {
    const std::lock_guard lock(mutex_);
    return verdict_;
  }
  // For devices that are to trust this CA.
  std::shared_ptr<const Verdict> verdict(std::string_view ca) const {
    auto found = verdict();
    return found && found->ca == ca ? found : nullptr;
  }
  void set_verdict(std::shared_ptr<const Verdict> verdict) {
    const std::lock_guard lock(mutex_);
    verdict_ = std::move(verdict);
  }

  // The page of a CA that an administrator made, as its roots are now; nullptr: there is none.
  std::shared_ptr<const edge::OwnContent> page(const std::string& ca) const {
    const std::lock_guard lock(mutex_);
    const auto found = pages_.find(ca);
    return found == pages_.end() ? nullptr : found->second;
  }
  void set_page(std::string ca, std::shared_ptr<const edge::OwnContent> page) {
    const std::lock_guard lock(mutex_);
    pages_.insert_or_assign(std::move(ca), std::move(page));
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
  std::map<std::string, std::shared_ptr<const edge::OwnContent>> pages_;
  std::map<std::string, std::set<std::string>> devices_;
};

}  // namespace gatehouse::control
