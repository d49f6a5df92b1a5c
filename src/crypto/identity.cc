#include "crypto/identity.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace gatehouse::crypto {
namespace {

using Certificates = std::vector<Certificate>;

std::string day(WallTime time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(time));
}

// Walks up from the leaf; each certificate is used once, so circles end.
Certificates chain_from(Certificate leaf, Certificates others) {
  Certificates chain{std::move(leaf)};
  while (!chain.back().is_self_issued()) {
    const auto above = std::ranges::find_if(
        others, [&](const Certificate& other) { return chain.back().is_issued_by(other); });
    if (above == others.end()) break;
    chain.push_back(std::move(*above));
    others.erase(above);
  }
  // Clients have the root or do not trust it; sending it would only cost bytes.
  if (chain.size() > 1 && chain.back().is_self_issued()) chain.pop_back();
  return chain;
}

}  // namespace

Result<Identity> Identity::from_pem(std::string_view certificates, std::string_view key_text) {
  auto all = parse_pem_certificates(certificates);
  if (!all) return pass_on(all);
  auto key = PrivateKey::from_pem(key_text);
  if (!key) return pass_on(key);
  const auto leaf =
      std::ranges::find_if(*all, [&](const Certificate& one) { return one.matches(*key); });
  if (leaf == all->end()) {
    return fail(Fault::operator_input,
                fmt::format("the {} key does not belong to the certificate of {}: they are not a "
                            "pair",
                            key->text(), all->front().subject()),
                ErrorKind::invalid);
  }
  Certificate found = std::move(*leaf);
  all->erase(leaf);
  return Identity{chain_from(std::move(found), std::move(*all)), std::move(*key)};
}

std::string Identity::chain_pem() const {
  std::string text;
  for (const Certificate& certificate : chain) text += certificate.to_pem();
  return text;
}

Secret Identity::to_pem() const {
  const Secret key_pem = key.to_pem();
  const std::string certificates = chain_pem();
  Bytes all;
  all.reserve(key_pem.view().size() + certificates.size());
  all.insert(all.end(), key_pem.view().begin(), key_pem.view().end());
  all.insert(all.end(), certificates.begin(), certificates.end());
  Secret secret{ByteView(all)};
  explicit_bzero(all.data(), all.size());
  return secret;
}

std::vector<std::string> Identity::doubts(WallTime now) const {
  std::vector<std::string> found;
  const CertificateNames names = leaf().names();
  if (now > leaf().not_after()) {
    found.push_back(fmt::format("the certificate of {} expired on {}: clients will refuse it",
                                leaf().subject(), day(leaf().not_after())));
  }
  if (now < leaf().not_before()) {
    found.push_back(fmt::format("the certificate of {} is not valid before {}: is the clock right?",
                                leaf().subject(), day(leaf().not_before())));
  }
  if (names.dns.empty() && names.addresses.empty()) {
    found.push_back(fmt::format(
        "the certificate of {} names no server (no subjectAltName): clients will refuse it",
        leaf().subject()));
  }
  if (!leaf().allows_server_authentication()) {
    found.push_back(
        fmt::format("the certificate of {} is not meant for servers (no serverAuth): "
                    "clients will refuse it",
                    leaf().subject()));
  }
  return found;
}

Result<Identity> parse_pem_identity(std::string_view text) {
  return Identity::from_pem(text, text);
}

}  // namespace gatehouse::crypto
