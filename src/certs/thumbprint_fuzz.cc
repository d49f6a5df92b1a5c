#include <cstdlib>

#include "certs/thumbprint.h"

// What reads as a thumbprint is digits alone, and they read as the same one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const auto thumbprint = certs::Thumbprint::parse(as_text({data, size}));
  if (!thumbprint) {
    if (thumbprint.error().what.empty()) std::abort();
    return 0;
  }
  const std::string& digits = thumbprint->digits();
  if (digits.size() < certs::Thumbprint::kFewestDigits) std::abort();
  if (digits.size() > certs::Thumbprint::kSha256Digits) std::abort();
  if (digits.find_first_not_of("0123456789abcdef") != std::string::npos) std::abort();
  if (!thumbprint->may_be_sha1() && !thumbprint->may_be_sha256()) std::abort();
  const auto again = certs::Thumbprint::parse(digits);
  if (!again || again->digits() != digits) std::abort();
  return 0;
}
