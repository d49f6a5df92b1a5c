#include "certs/trust/anchor_facts.h"

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

std::string fingerprint_groups(std::string_view digits) {
  std::string groups;
  std::size_t count = 0;
  for (const char c : digits) {
    const char digit = upper(c);
    const bool hexadecimal = (digit >= '0' && digit <= '9') || (digit >= 'A' && digit <= 'F');
    if (!hexadecimal) continue;
    if (count > 0 && count % kGroup == 0) groups += ' ';
    groups += digit;
    ++count;
  }
  return groups;
}

std::string fingerprint_groups(const crypto::Sha256& fingerprint) {
  return fingerprint_groups(crypto::hex(fingerprint));
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
