#pragma once

#include <memory>
#include <vector>

#include "config/site.h"

namespace gatehouse::config {

// Some sites that follow each other, and what they ask for together, so that a question about all
// sites is one about some hundred blocks. Immutable.
class SiteBlock {
 public:
  static constexpr std::size_t kMost = 128;

  // In the order of their keys; one at least.
  explicit SiteBlock(std::vector<SitePtr> sites);

  const std::vector<SitePtr>& sites() const { return sites_; }

  // An address that a site listens on. One site may ask for several ports that the kernel chooses:
  // they are told apart by the number.
  struct Asked {
    ListenAddress address;
    unsigned number = 0;
    friend bool operator==(const Asked&, const Asked&) = default;
  };
  // All of the following are about sites that are enabled. Addresses and files: each once, in the
  // order of the sites.
  const std::vector<Asked>& asked() const { return asked_; }
  const std::vector<CertificateChoice>& certificates() const { return certificates_; }
  bool lacks_certificate() const { return lacks_certificate_; }
  // For every name.
  const std::vector<const Site*>& any_name() const { return any_name_; }
  // Nobody does where this is false.
  bool may_keep_loopback() const { return may_keep_loopback_; }
  // Those that have no certificate and listen with TLS: the names that they publish.
  std::size_t names_without_certificate() const { return names_without_certificate_; }

 private:
  void add(const Site& site);

  std::vector<SitePtr> sites_;
  std::vector<Asked> asked_;
  std::vector<CertificateChoice> certificates_;
  std::vector<const Site*> any_name_;
  std::size_t names_without_certificate_ = 0;
  bool lacks_certificate_ = false;
  bool may_keep_loopback_ = false;
};

using SiteBlockPtr = std::shared_ptr<const SiteBlock>;

bool listens_with_tls(const Site& site);  // and is enabled

// Whether the default identity is to hold the names of the site.
bool shows_default_identity(const Site& site);

}  // namespace gatehouse::config
