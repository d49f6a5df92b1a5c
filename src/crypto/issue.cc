#include "crypto/issue.h"

#include <array>

#include <openssl/bn.h>
#include <openssl/mem.h>
#include <openssl/obj.h>
#include <openssl/rand.h>

#include "crypto/general_name.h"
#include "crypto/library_error.h"
#include "crypto/request.h"
#include "crypto/subject.h"

namespace gatehouse::crypto {
namespace {

constexpr bool kCritical = true;

using BignumPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>>;
using OctetsPtr = std::unique_ptr<ASN1_OCTET_STRING, Freer<ASN1_OCTET_STRING_free>>;
using BitsPtr = std::unique_ptr<ASN1_BIT_STRING, Freer<ASN1_BIT_STRING_free>>;
using BasicConstraintsPtr = std::unique_ptr<BASIC_CONSTRAINTS, Freer<BASIC_CONSTRAINTS_free>>;
using KeyUsagesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, Freer<EXTENDED_KEY_USAGE_free>>;
using AuthorityKeyPtr = std::unique_ptr<AUTHORITY_KEYID, Freer<AUTHORITY_KEYID_free>>;

bool add_extension(X509* x509, int nid, void* value, bool critical) {
  return value && X509_add1_ext_i2d(x509, nid, value, critical, X509V3_ADD_DEFAULT) == 1;
}

bool set_subject(X509* x509, const CertificateSpec& spec) {
  return write_name(X509_get_subject_name(x509), spec.common_name, spec.organization);
}

// Positive, always 16 bytes, 126 of the bits random (RFC 5280 section 4.1.2.2 allows 20 bytes).
bool set_serial(X509* x509) {
  std::array<std::uint8_t, 16> raw;
  if (RAND_bytes(raw.data(), raw.size()) != 1) return false;
  raw[0] = static_cast<std::uint8_t>((raw[0] & 0x3f) | 0x40);
  const BignumPtr number(BN_bin2bn(raw.data(), raw.size(), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509));
}

TimePtr asn1_time(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return TimePtr(ASN1_TIME_set_posix(nullptr, seconds));
}

bool set_validity(X509* x509, const CertificateSpec& spec) {
  const TimePtr from = asn1_time(spec.not_before);
  const TimePtr to = asn1_time(spec.not_after);
  return from && to && X509_set1_notBefore(x509, from.get()) == 1 &&
         X509_set1_notAfter(x509, to.get()) == 1;
}

bool add_basic_constraints(X509* x509, const CertificateSpec& spec) {
  const BasicConstraintsPtr basic(BASIC_CONSTRAINTS_new());
  if (!basic) return false;
  if (spec.ca_path_length) {
    basic->ca = ASN1_BOOLEAN_TRUE;
    basic->pathlen = ASN1_INTEGER_new();
    if (!basic->pathlen || ASN1_INTEGER_set(basic->pathlen, *spec.ca_path_length) != 1)
      return false;
  }
  return add_extension(x509, NID_basic_constraints, basic.get(), kCritical);
}

bool add_key_usage(X509* x509, const CertificateSpec& spec, const EVP_PKEY* key) {
  enum Bit { digital_signature = 0, key_encipherment = 2, key_cert_sign = 5, crl_sign = 6 };
  const BitsPtr bits(ASN1_BIT_STRING_new());
  const auto set = [&](Bit bit) { return ASN1_BIT_STRING_set_bit(bits.get(), bit, 1) == 1; };
  if (!bits) return false;
  const bool done =
      spec.ca_path_length
          ? set(key_cert_sign) && set(crl_sign)
          : set(digital_signature) && (EVP_PKEY_id(key) != EVP_PKEY_RSA || set(key_encipherment));
  return done && add_extension(x509, NID_key_usage, bits.get(), kCritical);
}

bool add_purpose(X509* x509, const CertificateSpec& spec) {
  if (!spec.purpose) return true;
  const int nid = *spec.purpose == Purpose::server ? NID_server_auth : NID_client_auth;
  const KeyUsagesPtr usages(EXTENDED_KEY_USAGE_new());
  // The objects of the table are static: freeing the stack leaves them alone.
  return usages && sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(nid)) > 0 &&
         add_extension(x509, NID_ext_key_usage, usages.get(), !kCritical);
}

bool add_names(X509* x509, const CertificateSpec& spec) {
  if (spec.names.empty()) return true;
  const GeneralNamesPtr names = general_names(spec.names);
  return add_extension(x509, NID_subject_alt_name, names.get(), !kCritical);
}

OctetsPtr key_identifier(const EVP_PKEY* key) {
  constexpr int kSize = 20;  // RFC 5280 leaves the method open; only equality counts
  const Sha256 digest = spki_sha256(key);
  OctetsPtr octets(ASN1_OCTET_STRING_new());
  if (!octets || ASN1_OCTET_STRING_set(octets.get(), digest.data(), kSize) != 1) return nullptr;
  return octets;
}

bool add_key_identifiers(X509* x509, const EVP_PKEY* key, X509* issuer) {
  const OctetsPtr own = key_identifier(key);
  if (!add_extension(x509, NID_subject_key_identifier, own.get(), !kCritical)) return false;
  const ASN1_OCTET_STRING* above = issuer ? X509_get0_subject_key_id(issuer) : nullptr;
  if (!above) return true;
  const AuthorityKeyPtr authority(AUTHORITY_KEYID_new());
  if (!authority) return false;
  authority->keyid = ASN1_OCTET_STRING_dup(above);
  return authority->keyid &&
         add_extension(x509, NID_authority_key_identifier, authority.get(), !kCritical);
}

bool fill(X509* x509, const CertificateSpec& spec, EVP_PKEY* key, X509* issuer) {
  const X509* above = issuer ? issuer : x509;
  return X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) &&
         set_subject(x509, spec) && X509_set_issuer_name(x509, X509_get_subject_name(above)) == 1 &&
         set_validity(x509, spec) && X509_set_pubkey(x509, key) == 1 &&
         add_basic_constraints(x509, spec) && add_key_usage(x509, spec, key) &&
         add_purpose(x509, spec) && add_names(x509, spec) &&
         (!spec.constraints || add_name_constraints(x509, *spec.constraints)) &&
         add_key_identifiers(x509, key, issuer);
}

Result<Certificate> make(const CertificateSpec& spec, EVP_PKEY* key, X509* issuer,
                         const PrivateKey& issuer_key) {
  const X509Ptr x509(X509_new());
  unsigned char* bytes = nullptr;
  if (!x509 || !fill(x509.get(), spec, key, issuer) ||
      X509_sign(x509.get(), issuer_key.native(), digest_for(issuer_key)) == 0) {
    return library_failure(Fault::ours, "a certificate could not be made");
  }
  const int size = i2d_X509(x509.get(), &bytes);
  const LibraryBytes owned(bytes);
  if (size <= 0) return library_failure(Fault::ours, "a certificate could not be written");
  return Certificate::from_der({bytes, static_cast<std::size_t>(size)});
}

}  // namespace

Result<Certificate> issue(const CertificateSpec& spec, const PrivateKey& key,
                          const Certificate& issuer, const PrivateKey& issuer_key) {
  return make(spec, key.native(), issuer.x509().get(), issuer_key);
}

Result<Certificate> issue(const CertificateSpec& spec, const CertificateRequest& request,
                          const Certificate& issuer, const PrivateKey& issuer_key) {
  return make(spec, request.public_key().get(), issuer.x509().get(), issuer_key);
}

Result<Certificate> issue_self_signed(const CertificateSpec& spec, const PrivateKey& key) {
  return make(spec, key.native(), nullptr, key);
}

}  // namespace gatehouse::crypto
