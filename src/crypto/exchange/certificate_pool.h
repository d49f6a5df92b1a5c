#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/certificate.h"

namespace gatehouse::crypto {

// Different certificates of one file, parsed once, and who issued whom among them.
class CertificatePool {
 public:
  struct Member {
    Certificate certificate;
    std::string friendly_name;
    X509Ptr parsed;
    Sha256 spki;
    WallTime not_after;
    bool valid = false;
    bool is_ca = false;
    bool is_self_issued = false;
  };

  // False: it is here already.
  bool add(const Certificate& certificate, std::string_view friendly_name, WallTime now);

  const std::vector<Member>& members() const { return members_; }

  // The best certificate of that public key: valid before others, one that a CA issued before one
  // that its key did, then the one that lasts longest.
  std::optional<std::size_t> find(const Sha256& spki) const;

  // From the member upwards, each issued by the next, to its root or to where it breaks off.
  std::vector<std::size_t> path(std::size_t from) const;

 private:
  std::optional<std::size_t> issuer_of(std::size_t member) const;

  std::vector<Member> members_;
};

}  // namespace gatehouse::crypto
