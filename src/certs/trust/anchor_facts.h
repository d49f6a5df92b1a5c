#pragma once

#include <string>
#include <string_view>

#include "crypto/certificate.h"
#include "crypto/digest.h"

namespace gatehouse::certs {

// What people and devices are told about a trust anchor. Public all of it.
struct AnchorFacts {
  std::string name;         // common name: "gatehouse local CA (gate1, 2026-11)"
  std::string fingerprint;  // SHA-256 in groups, for people who compare
  std::string sha256;       // hex
  std::string sha1;         // hex; some systems name a certificate by it
  std::string id;           // the first 16 digits of sha256: tells two anchors apart
  std::string may_certify;  // "localhost, plant4.local, 10.20.0.0/16"; empty: anything
  std::string until;        // 2046-11-21
};

AnchorFacts facts_of(const crypto::Certificate& anchor);

// "3F2A 91C0 ...": sixteen groups of four digits. Devices show the same digits in pairs.
std::string fingerprint_groups(const crypto::Sha256& fingerprint);
// The same of hexadecimal digits; what is none is left out.
std::string fingerprint_groups(std::string_view digits);

}  // namespace gatehouse::certs
