#include "check/chain_facts.h"

#include <algorithm>

#include "check/shown.h"
#include "crypto/strength.h"

namespace gatehouse::check {
namespace {

using crypto::Certificate;

// Of all names one line is shown; a certificate may hold thousands.
constexpr std::size_t kMostNames = 100;

bool in_order(std::span<const Certificate> chain) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (!chain[i - 1].is_issued_by(chain[i])) return false;
  }
  return true;
}

const Certificate* issuer_among(std::span<const Certificate> candidates, const Certificate& of) {
  const auto found = std::ranges::find_if(
      candidates, [&](const Certificate& candidate) { return of.is_issued_by(candidate); });
  return found == candidates.end() ? nullptr : &*found;
}

// Climbs from the leaf through what was sent. The issuer at which the path ends open, if it does.
std::optional<std::string> open_end(std::span<const Certificate> chain,
                                    std::span<const Certificate> anchors) {
  const Certificate* at = &chain.front();
  for (std::size_t step = 0; step < chain.size(); ++step) {
    if (at->is_self_issued() || issuer_among(anchors, *at) != nullptr) return std::nullopt;
    const Certificate* above = issuer_among(chain.subspan(1), *at);
    if (above == nullptr) return short_name(at->issuer());
    at = above;
  }
  return std::nullopt;
}

}  // namespace

CertificateFacts certificate_facts(const Certificate& certificate, WallTime now) {
  CertificateFacts facts;
  facts.subject = shown(certificate.subject());
  facts.issuer = shown(certificate.issuer());
  facts.names = certificate.names().texts();
  if (facts.names.size() > kMostNames) facts.names.resize(kMostNames);
  facts.not_before = certificate.not_before();
  facts.not_after = certificate.not_after();
  using Life = std::chrono::duration<double>;
  const auto life = Life(facts.not_after - facts.not_before).count();
  facts.life_passed = life <= 0 ? 1 : Life(now - facts.not_before).count() / life;
  const auto key = crypto::key_strength(certificate);
  facts.key = key.text;
  facts.weak_key = key.weak;
  const auto signature = crypto::signature_strength(certificate);
  facts.signature = signature.text;
  facts.weak_signature = signature.weak;
  facts.self_issued = certificate.is_self_issued();
  facts.sha256 = certificate.sha256();
  return facts;
}

ChainFacts chain_facts(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                       WallTime now) {
  ChainFacts facts;
  for (const Certificate& certificate : chain) {
    facts.certificates.push_back(certificate_facts(certificate, now));
  }
  const auto walked = chain.first(std::min(chain.size(), kLongestWalk));
  facts.in_order = chain.size() <= kLongestWalk && in_order(walked);
  facts.open = open_end(walked, anchors);
  facts.sends_root = chain.size() > 1 && chain.back().is_self_issued();
  return facts;
}

}  // namespace gatehouse::check
