#include "check/clients.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "check/shown.h"

namespace gatehouse::check {
namespace {

using Kind = crypto::ChainFault::Kind;

std::string the_server(const tls::Observation& seen) {
  if (seen.asked_for_certificate) return "The server insists on a client certificate.";
  return fmt::format("The server {}.", seen.reason);
}

std::string secured(const tls::Observation& seen) {
  const auto group = tls::group_text(seen.info.group);
  return fmt::format("TLS {} with {}{}.{}", version_text(seen.info.version),
                     tls::cipher_suite_text(seen.info.cipher_suite),
                     group == "none" ? "" : fmt::format(" and {}", group),
                     seen.asked_for_certificate ? " It is asked for a client certificate." : "");
}

// Programs with an OpenSSL of today take such a certificate, browsers never did.
bool only_for_programs(const TlsFacts& facts) {
  return !facts.chain.certificates.empty() && facts.chain.certificates.front().key == "Ed25519";
}

// No browser lets anybody click these away.
bool is_final_for_browsers(const crypto::ChainFault& fault) {
  return fault.kind == Kind::bad_signature;
}

Verdict browser(const tls::Observation& seen, const TlsFacts& facts) {
  if (!seen.completed()) return {Client::browser, Outcome::refuses, the_server(seen)};
  if (only_for_programs(facts)) {
    return {Client::browser, Outcome::refuses, "Browsers do not take an Ed25519 certificate."};
  }
  const std::string why = complaints(facts);
  if (why.empty()) return {Client::browser, Outcome::connects, secured(seen)};
  if (std::ranges::any_of(facts.faults, is_final_for_browsers)) {
    return {Client::browser, Outcome::refuses, why + "."};
  }
  return {Client::browser, Outcome::warns,
          fmt::format("{}: a person can click it away, scripts and apps cannot.", why)};
}

Verdict native(const tls::Observation& seen, const TlsFacts& facts) {
  if (!seen.completed()) return {Client::native, Outcome::refuses, the_server(seen)};
  const std::string why = complaints(facts);
  if (why.empty()) return {Client::native, Outcome::connects, secured(seen)};
  return {Client::native, Outcome::refuses, why + "."};
}

// It knows the same trust anchors, as far as we can say, and has nobody to ask.
Verdict old(const tls::Observation& seen, const TlsFacts& facts) {
  if (!seen.completed()) {
    return {Client::old, Outcome::refuses,
            fmt::format("It speaks TLS 1.2 at most, and the server {}.", seen.reason)};
  }
  if (only_for_programs(facts)) {
    return {Client::old, Outcome::refuses, "It does not know Ed25519."};
  }
  if (complaints(facts).empty()) return {Client::old, Outcome::connects, secured(seen)};
  return {Client::old, Outcome::refuses, "For the same reason."};
}

Verdict ancient(const std::vector<tls::Observation>& seen) {
  const auto taken = std::ranges::find_if(seen, &tls::Observation::completed);
  if (taken == seen.end()) {
    return {Client::ancient, Outcome::refuses,
            "TLS 1.0 and 1.1 are not spoken here, as it should be (RFC 8996)."};
  }
  return {Client::ancient, Outcome::connects,
          fmt::format("{} No client of today needs it (RFC 8996).", secured(*taken))};
}

}  // namespace

std::string complaints(const TlsFacts& facts) {
  std::vector<std::string> clauses;
  for (const crypto::ChainFault& fault : facts.faults) clauses.push_back(clause(fault));
  if (!facts.chain.certificates.empty()) {
    const CertificateFacts& leaf = facts.chain.certificates.front();
    if (leaf.weak_key) clauses.push_back(fmt::format("its key, {}, is too weak", leaf.key));
    if (leaf.weak_signature) {
      clauses.push_back(fmt::format("its signature, {}, is no longer believed", leaf.signature));
    }
  }
  return fmt::format("{}", fmt::join(clauses, "; "));
}

std::vector<Verdict> verdicts(const Handshakes& handshakes, const TlsFacts& facts) {
  return {browser(handshakes.modern, facts), native(handshakes.modern, facts),
          old(handshakes.old, facts), ancient(handshakes.ancient)};
}

}  // namespace gatehouse::check
