#include "certs/trust/anchor_facts.h"

#include <algorithm>

#include "base/time_text.h"
#include "crypto/name_constraints.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kGroup = 4;
constexpr std::size_t kIdDigits = 16;

char upper(char digit) {
  return digit >= 'a' && digit <= 'z' ? static_cast<char>(digit - 'a' + 'A') : digit;
}

}  // namespace

std::string fingerprint_groups(const crypto::Sha256& fingerprint) {
  std::string digits = crypto::hex(fingerprint);
  std::ranges::transform(digits, digits.begin(), upper);
  std::string groups;
  for (std::size_t at = 0; at < digits.size(); at += kGroup) {
    if (at > 0) groups += ' ';
    groups += digits.substr(at, kGroup);
  }
  return groups;
}

AnchorFacts facts_of(const crypto::Certificate& anchor) {
  const auto constraints = crypto::name_constraints_of(anchor);
  const std::string sha256 = crypto::hex(anchor.sha256());
  return {.name = anchor.common_name(),
          .fingerprint = fingerprint_groups(anchor.sha256()),
          .sha256 = sha256,
          .sha1 = crypto::hex(anchor.sha1()),
          .id = sha256.substr(0, kIdDigits),
          .may_certify = constraints ? constraints->text() : "",
          .until = date_text(anchor.not_after())};
}

}  // namespace gatehouse::certs
