#include "control/candidate_words.h"

#include <fmt/format.h>

#include "base/time_text.h"

namespace gatehouse::control {
namespace {

std::string_view key_text(crypto::KeyAlgorithm key) {
  return key == crypto::KeyAlgorithm::ecdsa ? "ECDSA" : "RSA";
}

WallTime time_of(std::uint32_t second) { return WallTime{std::chrono::seconds{second}}; }

}  // namespace

std::string candidate_text(const certs::NameCandidate& one) {
  return fmt::format("{} ({}, valid from {} to {})", certs::tag_text(one.tag), key_text(one.key),
                     date_text(time_of(one.from)), date_text(time_of(one.until)));
}

std::string why_behind(const certs::NameCandidate& one, const certs::NameCandidate& best) {
  if (one.wildcard && !best.wildcard) return "covers it by a wildcard, and the first does by name";
  if (one.key != best.key) return "is for clients that cannot verify ECDSA";
  if (one.from != best.from) return "is older";
  return one.until != best.until ? "is as new, but ends sooner" : "is in no way better";
}

std::string candidate_reason(const certs::NameCandidate& one, const certs::NameCandidate& best,
                             std::uint32_t now) {
  const std::string_view how = one.wildcard ? "by a wildcard" : "by name";
  const std::string odd = now < one.from ? "is not valid yet" : "has expired";
  const bool valid = one.valid_at(now);
  if (one == best) return fmt::format("covers it {} and {}", how, valid ? "is the best" : odd);
  return valid ? why_behind(one, best) : odd;
}

}  // namespace gatehouse::control
