#include "crypto/exchange/pairing.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/obj.h>
#include <openssl/x509.h>

#include "crypto/exchange/certificate_pool.h"
#include "crypto/general_name.h"
#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLongestUrl = 2048;
constexpr std::size_t kMostUrls = 8;
constexpr std::size_t kMostNamesInSentence = 5;

using AccessPtr = std::unique_ptr<AUTHORITY_INFO_ACCESS, Freer<AUTHORITY_INFO_ACCESS_free>>;

bool is_web_url(std::string_view url) {
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~'; });
  return printable && url.size() <= kLongestUrl &&
         (url.starts_with("http://") || url.starts_with("https://"));
}

// Takes a bundle apart; its methods fill the pairing.
class Sorter {
 public:
  Sorter(const Bundle& bundle, WallTime now) {
    for (const BundleCertificate& one : bundle.certificates) {
      if (!pool_.add(one.certificate, one.label.friendly_name, now)) ++pairing_.duplicates;
    }
    placed_.resize(pool_.members().size());
  }

  void key(const BundleKey& one) {
    const Sha256 spki = one.key.spki_sha256();
    if (std::ranges::find(seen_keys_, spki) != seen_keys_.end()) {
      ++pairing_.duplicates;
      return;
    }
    seen_keys_.push_back(spki);
    if (const auto leaf = pool_.find(spki)) {
      pairing_.identities.push_back(identity(*leaf, one));
    } else {
      pairing_.refusals.push_back({Refusal::Kind::not_a_pair, lone_key(one.key.text())});
    }
  }

  void unusable_key(const UnusableKey& one) {
    const auto leaf = pool_.find(one.spki_sha256);
    const std::string whose =
        leaf ? fmt::format(" of {}", pool_.members()[*leaf].certificate.subject()) : "";
    pairing_.refusals.push_back(
        {Refusal::Kind::weak_key,
         fmt::format("the private key{} cannot be used: {}. Make a new one and have the "
                     "certificate issued for it",
                     whose, one.reason)});
  }

  Pairing take() {
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      if (!placed_[i]) place(pool_.members()[i]);
    }
    return std::move(pairing_);
  }

 private:
  PairedIdentity identity(std::size_t leaf, const BundleKey& key) {
    std::vector<std::size_t> path = pool_.path(leaf);
    const Certificate& last = pool_.members()[path.back()].certificate;
    PairedIdentity found{{{}, key.key}, key.label.friendly_name, {}, {}};
    if (!pool_.members()[path.back()].is_self_issued) {
      found.missing = MissingIssuer{last.issuer(), issuer_urls(last)};
    } else if (path.size() > 1) {
      found.root = last;
      path.pop_back();
    }
    for (const std::size_t i : path) {
      placed_[i] = true;
      found.identity.chain.push_back(pool_.members()[i].certificate);
    }
    if (found.friendly_name.empty()) found.friendly_name = pool_.members()[leaf].friendly_name;
    return found;
  }

  std::string lone_key(std::string_view key) const {
    std::vector<std::string> subjects;
    for (const CertificatePool::Member& member : pool_.members()) {
      if (member.is_ca) continue;
      if (subjects.size() == kMostNamesInSentence) {
        subjects.emplace_back("...");
        break;
      }
      subjects.push_back(member.certificate.subject());
    }
    if (subjects.empty()) {
      return fmt::format("there is no certificate for the {} key: give it as well", key);
    }
    return fmt::format(
        "the {} key does not belong to the certificate of {}: they are not a pair. Export both "
        "from the machine on which the certificate was requested",
        key, fmt::join(subjects, " or "));
  }

  void place(const CertificatePool::Member& member) {
    if (!member.is_ca) {
      pairing_.others.push_back(member.certificate);
    } else if (member.is_self_issued) {
      pairing_.anchors.push_back(member.certificate);
    } else {
      pairing_.intermediates.push_back(member.certificate);
    }
  }

  CertificatePool pool_;
  std::vector<bool> placed_;
  std::vector<Sha256> seen_keys_;
  Pairing pairing_;
};

}  // namespace

Pairing pair(const Bundle& bundle, WallTime now) {
  Sorter sorter(bundle, now);
  for (const BundleKey& key : bundle.keys) sorter.key(key);
  for (const UnusableKey& key : bundle.unusable_keys) sorter.unusable_key(key);
  return sorter.take();
}

std::vector<std::string> issuer_urls(const Certificate& certificate) {
  const X509Ptr parsed = certificate.x509();
  const AccessPtr access(static_cast<AUTHORITY_INFO_ACCESS*>(
      X509_get_ext_d2i(parsed.get(), NID_info_access, nullptr, nullptr)));
  drain_library_errors();
  std::vector<std::string> urls;
  if (!access) return urls;
  for (std::size_t i = 0; i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
    const ACCESS_DESCRIPTION* one = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    if (OBJ_obj2nid(one->method) != NID_ad_ca_issuers || one->location->type != GEN_URI) continue;
    const std::string_view url = content_of(*one->location);
    if (is_web_url(url) && urls.size() < kMostUrls) urls.emplace_back(url);
  }
  return urls;
}

}  // namespace gatehouse::crypto
