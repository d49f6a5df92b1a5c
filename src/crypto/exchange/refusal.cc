#include "crypto/exchange/refusal.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/time_text.h"
#include "crypto/strength.h"

namespace gatehouse::crypto {
namespace {

using Kind = Refusal::Kind;

std::string name_of(const Certificate& certificate) {
  const std::string name = certificate.common_name();
  return name.empty() ? certificate.subject() : name;
}

// Looks at one chain; its methods add what they find.
class Examination {
 public:
  Examination(const Identity& identity, WallTime now) : identity_(identity), now_(now) {}

  void times() {
    for (const Certificate& one : identity_.chain) {
      const bool is_leaf = &one == &identity_.leaf();
      if (now_ > one.not_after()) {
        add(Kind::expired, "the certificate of {} expired on {}: {}", name_of(one),
            date_text(one.not_after()),
            is_leaf ? "renew it" : "ask the issuer for the intermediate of today");
      }
      if (now_ < one.not_before()) {
        add(Kind::not_yet_valid,
            "the certificate of {} is not valid before {}: wait until then, or set the clock right",
            name_of(one), timestamp_text(one.not_before()));
      }
    }
  }

  void strength() {
    for (const Certificate& one : identity_.chain) {
      const Strength key = key_strength(one);
      if (key.weak) {
        add(Kind::weak_key,
            "the key of {} is too weak ({}): have it issued anew for an ECDSA P-256 key",
            name_of(one), key.text);
      }
      const Strength signature = signature_strength(one);
      if (signature.weak && !one.is_self_issued()) {
        add(Kind::weak_signature,
            "the certificate of {} is signed with {}, which clients refuse: have it issued anew "
            "with SHA-256",
            name_of(one), signature.text);
      }
    }
  }

  void names() {
    const CertificateNames names = identity_.leaf().names();
    if (!names.dns.empty() || !names.addresses.empty()) return;
    add(Kind::no_names,
        "the certificate of {} names no server (it has no subjectAltName): have it issued anew "
        "with the server's names; clients do not look at the common name",
        name_of(identity_.leaf()));
  }

  void role(Purpose role) {
    const Certificate& leaf = identity_.leaf();
    const bool server = role == Purpose::server;
    const bool allowed =
        server ? leaf.allows_server_authentication() : leaf.allows_client_authentication();
    if (!allowed) {
      add(Kind::wrong_role,
          "the certificate of {} is not meant for {} (its extended key usage lacks {}): have it "
          "issued anew for {}",
          name_of(leaf), server ? "servers" : "clients", server ? "serverAuth" : "clientAuth",
          server ? "servers" : "clients");
    }
    const X509Ptr parsed = leaf.x509();
    if ((X509_get_key_usage(parsed.get()) & X509v3_KU_DIGITAL_SIGNATURE) == 0) {
      add(Kind::wrong_role,
          "the key of {} may not sign (its key usage lacks digitalSignature), as TLS wants: have "
          "it issued anew for TLS",
          name_of(leaf));
    }
    if (leaf.is_ca()) {
      add(Kind::ca_as_leaf,
          "the certificate of {} is that of a CA: have one issued by it for the {}; who has the "
          "key of a CA can sign for every name",
          name_of(leaf), server ? "server" : "client");
    }
  }

  std::vector<Refusal> take() { return std::move(found_); }

 private:
  template <class... Parts>
  void add(Kind kind, fmt::format_string<Parts...> text, Parts&&... parts) {
    found_.push_back({kind, fmt::format(text, std::forward<Parts>(parts)...)});
  }

  const Identity& identity_;
  WallTime now_;
  std::vector<Refusal> found_;
};

}  // namespace

std::vector<Refusal> refusals(const Identity& identity, Purpose role, WallTime now) {
  Examination examination(identity, now);
  examination.times();
  examination.strength();
  if (role == Purpose::server) examination.names();
  examination.role(role);
  return examination.take();
}

std::vector<std::string> notes(const Identity& identity) {
  std::vector<std::string> all;
  const std::string key = identity.key.text();
  if (identity.key.algorithm() == KeyAlgorithm::ed25519) {
    all.emplace_back(
        "browsers do not accept Ed25519 certificates; openssl, curl and Go do: use ECDSA P-256 "
        "where browsers are clients");
  } else if (key == "ECDSA P-521") {
    all.emplace_back(
        "Chromium and what is built on BoringSSL do not accept ECDSA P-521 certificates: use P-256 "
        "or P-384 where they are clients");
  }
  return all;
}

}  // namespace gatehouse::crypto
