#include "crypto/strength.h"

#include <array>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/nid.h>
#include <openssl/obj.h>

#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

constexpr int kLeastRsaBits = 2048;

std::string curve_name(const EVP_PKEY* key) {
  const EC_KEY* ec = EVP_PKEY_get0_EC_KEY(key);
  const EC_GROUP* group = ec == nullptr ? nullptr : EC_KEY_get0_group(ec);
  const char* name = group == nullptr ? nullptr : EC_curve_nid2nist(EC_GROUP_get_curve_name(group));
  return name == nullptr ? fmt::format("{} bits", EVP_PKEY_bits(key)) : name;
}

bool is_usual_curve(const EVP_PKEY* key) {
  const EC_KEY* ec = EVP_PKEY_get0_EC_KEY(key);
  const EC_GROUP* group = ec == nullptr ? nullptr : EC_KEY_get0_group(ec);
  const int curve = group == nullptr ? NID_undef : EC_GROUP_get_curve_name(group);
  return curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 || curve == NID_secp521r1;
}

}  // namespace

Strength key_strength(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_bits(key);
  switch (EVP_PKEY_id(key)) {
    case EVP_PKEY_RSA_PSS: return {fmt::format("RSA {}", bits), bits < kLeastRsaBits};
    case EVP_PKEY_RSA:
      return {fmt::format("RSA {}", bits), bits < kLeastRsaBits, KeyAlgorithm::rsa};
    case EVP_PKEY_EC:
      return {fmt::format("ECDSA {}", curve_name(key)), !is_usual_curve(key), KeyAlgorithm::ecdsa};
    case EVP_PKEY_ED25519: return {"Ed25519", false, KeyAlgorithm::ed25519};
    case EVP_PKEY_DSA: return {fmt::format("DSA {}", bits), true};
    default: return {fmt::format("a key of {} bits", bits), false};
  }
}

namespace {

std::string digest_text(int nid) {
  switch (nid) {
    case NID_sha256: return "SHA-256";
    case NID_sha384: return "SHA-384";
    case NID_sha512: return "SHA-512";
    case NID_sha1: return "SHA-1";
    case NID_md5: return "MD5";
    default: {
      const char* name = OBJ_nid2sn(nid);
      return name == nullptr ? "an unknown digest" : name;
    }
  }
}

std::string_view key_text(int nid) {
  switch (nid) {
    case NID_rsaEncryption: return "RSA";
    case NID_X9_62_id_ecPublicKey: return "ECDSA";
    case NID_dsa: return "DSA";
    default: return "a signature";
  }
}

}  // namespace

Strength key_strength(const Certificate& certificate) {
  const X509Ptr parsed = certificate.x509();
  Strength strength = key_strength(X509_get0_pubkey(parsed.get()));
  drain_library_errors();
  return strength;
}

Strength signature_strength(const Certificate& certificate) {
  const X509Ptr parsed = certificate.x509();
  const int nid = X509_get_signature_nid(parsed.get());
  if (nid == NID_ED25519) return {"Ed25519", false};
  if (nid == NID_rsassaPss) return {"RSA-PSS", false};
  int digest = NID_undef;
  int key = NID_undef;
  if (OBJ_find_sigid_algs(nid, &digest, &key) != 1) {
    drain_library_errors();
    return {"an unknown algorithm", false};
  }
  return {fmt::format("{} with {}", key_text(key), digest_text(digest)),
          digest == NID_sha1 || digest == NID_md5};
}

}  // namespace gatehouse::crypto
