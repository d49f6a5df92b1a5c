#include "crypto/exchange/certificate_pool.h"

#include <algorithm>

#include <openssl/x509.h>

#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLongestPath = 16;
// Of members with the issuer's name: more are only in files that want to cost time.
constexpr int kMostSignatures = 16;

bool is_named(const CertificatePool::Member& member, const CertificatePool::Member& issuer) {
  return X509_check_issued(issuer.parsed.get(), member.parsed.get()) == X509_V_OK;
}

// A root ends the path; its cross-signed twin would lead on to where nobody may be.
bool better_issuer(const CertificatePool::Member& one, const CertificatePool::Member& other) {
  if (one.valid != other.valid) return one.valid;
  if (one.is_self_issued != other.is_self_issued) return one.is_self_issued;
  return one.not_after > other.not_after;
}

// A key often has the certificate that it signed itself, too, from before it was certified.
bool better_leaf(const CertificatePool::Member& one, const CertificatePool::Member& other) {
  if (one.valid != other.valid) return one.valid;
  if (one.is_self_issued != other.is_self_issued) return other.is_self_issued;
  return one.not_after > other.not_after;
}

bool is_signed(const CertificatePool::Member& member, const CertificatePool::Member& issuer) {
  const bool good = X509_verify(member.parsed.get(), X509_get0_pubkey(issuer.parsed.get())) == 1;
  drain_library_errors();
  return good;
}

}  // namespace

bool CertificatePool::add(const Certificate& certificate, std::string_view friendly_name,
                          WallTime now) {
  const auto same = std::ranges::find(members_, certificate, &Member::certificate);
  if (same != members_.end()) {
    if (same->friendly_name.empty()) same->friendly_name = friendly_name;
    return false;
  }
  X509Ptr parsed = certificate.x509();
  const Sha256 spki = spki_sha256(X509_get0_pubkey(parsed.get()));
  members_.push_back({.certificate = certificate,
                      .friendly_name = std::string(friendly_name),
                      .parsed = std::move(parsed),
                      .spki = spki,
                      .not_after = certificate.not_after(),
                      .valid = certificate.valid_at(now),
                      .is_ca = certificate.is_ca(),
                      .is_self_issued = certificate.is_self_issued()});
  return true;
}

std::optional<std::size_t> CertificatePool::find(const Sha256& spki) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].spki == spki && (!best || better_leaf(members_[i], members_[*best]))) best = i;
  }
  return best;
}

std::optional<std::size_t> CertificatePool::issuer_of(std::size_t member) const {
  std::optional<std::size_t> best;
  int signatures = 0;
  for (std::size_t i = 0; i < members_.size() && signatures < kMostSignatures; ++i) {
    if (i == member || !is_named(members_[member], members_[i])) continue;
    if (best && !better_issuer(members_[i], members_[*best])) continue;
    ++signatures;
    if (is_signed(members_[member], members_[i])) best = i;
  }
  return best;
}

std::vector<std::size_t> CertificatePool::path(std::size_t from) const {
  std::vector<std::size_t> path{from};
  while (path.size() < kLongestPath && !members_[path.back()].is_self_issued) {
    const auto above = issuer_of(path.back());
    if (!above || std::ranges::find(path, *above) != path.end()) break;
    path.push_back(*above);
  }
  return path;
}

}  // namespace gatehouse::crypto
