#include "tls/profile.h"

#include <array>

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace gatehouse::tls {
namespace {

constexpr const char* kGroups = "X25519MLKEM768:X25519:P-256:P-384";

// TLS 1.3 suites are the library's own: AES-GCM and ChaCha20-Poly1305, nothing to choose.
#define GATEHOUSE_AEAD                                         \
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:" \
  "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:" \
  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
constexpr const char* kAead = GATEHOUSE_AEAD;
constexpr const char* kAeadAndCbc = GATEHOUSE_AEAD
    ":ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
    ":ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";
#undef GATEHOUSE_AEAD

// What we sign with in TLS 1.2 and 1.3; the library would fall back to SHA-1 (RFC 9155).
constexpr std::array<std::uint16_t, 9> kSignatures{
    SSL_SIGN_ED25519,          SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_RSA_PSS_RSAE_SHA256,
    SSL_SIGN_RSA_PKCS1_SHA256, SSL_SIGN_ECDSA_SECP384R1_SHA384, SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA384, SSL_SIGN_ECDSA_SECP521R1_SHA512, SSL_SIGN_RSA_PSS_RSAE_SHA512,
};

struct Named {
  Profile profile;
  std::string_view text;
};
constexpr std::array<Named, 3> kProfiles{{{Profile::modern, "modern"},
                                          {Profile::intermediate, "intermediate"},
                                          {Profile::compatible, "compatible"}}};

std::uint16_t oldest(Profile profile) {
  return profile == Profile::modern ? TLS1_3_VERSION : TLS1_2_VERSION;
}

const char* suites(Profile profile) { return profile == Profile::compatible ? kAeadAndCbc : kAead; }

}  // namespace

Result<Profile> parse_profile(std::string_view text) {
  for (const Named& named : kProfiles) {
    if (named.text == text) return named.profile;
  }
  return fail(Fault::operator_input,
              fmt::format("\"{}\" is no TLS profile: choose modern (TLS 1.3 only), intermediate "
                          "(the default) or compatible (older clients)",
                          text),
              ErrorKind::usage);
}

std::string_view text(Profile profile) { return kProfiles[static_cast<std::size_t>(profile)].text; }

bool apply(Profile profile, SSL_CTX* context) {
  return SSL_CTX_set_min_proto_version(context, oldest(profile)) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_strict_cipher_list(context, suites(profile)) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set_signing_algorithm_prefs(context, kSignatures.data(), kSignatures.size()) == 1;
}

bool apply(Profile profile, SSL* connection) {
  return SSL_set_min_proto_version(connection, oldest(profile)) == 1 &&
         SSL_set_max_proto_version(connection, TLS1_3_VERSION) == 1 &&
         SSL_set_strict_cipher_list(connection, suites(profile)) == 1;
}

}  // namespace gatehouse::tls
