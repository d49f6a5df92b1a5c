#include "crypto/revocation_list.h"

#include <algorithm>
#include <array>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/digest.h>
#include <openssl/obj.h>

#include "crypto/library_error.h"
#include "crypto/pem.h"

namespace gatehouse::crypto {
namespace {

using BignumPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, Freer<ASN1_INTEGER_free>>;
using EnumeratedPtr = std::unique_ptr<ASN1_ENUMERATED, Freer<ASN1_ENUMERATED_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>>;
using ListPtr = std::unique_ptr<X509_CRL, Freer<X509_CRL_free>>;
using EntryPtr = std::unique_ptr<X509_REVOKED, Freer<X509_REVOKED_free>>;
using AuthorityKeyPtr = std::unique_ptr<AUTHORITY_KEYID, Freer<AUTHORITY_KEYID_free>>;

struct Word {
  RevocationReason reason;
  std::string_view text;
};

constexpr std::array<Word, 6> kWords{{
    {RevocationReason::unspecified, "unspecified"},
    {RevocationReason::key_compromise, "key-compromise"},
    {RevocationReason::affiliation_changed, "affiliation-changed"},
    {RevocationReason::superseded, "superseded"},
    {RevocationReason::cessation_of_operation, "cessation-of-operation"},
    {RevocationReason::privilege_withdrawn, "privilege-withdrawn"},
}};

TimePtr asn1_time(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return TimePtr(ASN1_TIME_set_posix(nullptr, seconds));
}

bool is_serial(std::string_view text) {
  constexpr std::size_t kLongest = 40;  // 20 bytes
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

IntegerPtr serial_number(const std::string& hex) {
  BIGNUM* raw = nullptr;
  if (!is_serial(hex) || BN_hex2bn(&raw, hex.c_str()) == 0) return nullptr;
  const BignumPtr number(raw);
  return IntegerPtr(BN_to_ASN1_INTEGER(number.get(), nullptr));
}

// The reason "unspecified" is left out, as RFC 5280 section 5.3.1 wants.
bool add_reason(X509_REVOKED* entry, RevocationReason reason) {
  if (reason == RevocationReason::unspecified) return true;
  const EnumeratedPtr value(ASN1_ENUMERATED_new());
  return value && ASN1_ENUMERATED_set(value.get(), static_cast<long>(reason)) == 1 &&
         X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_entry(X509_CRL* list, const RevokedCertificate& revoked) {
  EntryPtr entry(X509_REVOKED_new());
  const IntegerPtr serial = serial_number(revoked.serial);
  const TimePtr when = asn1_time(revoked.when);
  if (!entry || !serial || !when || X509_REVOKED_set_serialNumber(entry.get(), serial.get()) != 1 ||
      X509_REVOKED_set_revocationDate(entry.get(), when.get()) != 1 ||
      !add_reason(entry.get(), revoked.reason) || X509_CRL_add0_revoked(list, entry.get()) != 1) {
    return false;
  }
  std::ignore = entry.release();
  return true;
}

bool add_authority_key(X509_CRL* list, X509* issuer) {
  const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(issuer);
  if (id == nullptr) return true;
  const AuthorityKeyPtr authority(AUTHORITY_KEYID_new());
  if (!authority) return false;
  authority->keyid = ASN1_OCTET_STRING_dup(id);
  return authority->keyid != nullptr &&
         X509_CRL_add1_ext_i2d(list, NID_authority_key_identifier, authority.get(), 0,
                               X509V3_ADD_DEFAULT) == 1;
}

bool add_number(X509_CRL* list, std::uint64_t number) {
  const IntegerPtr value(ASN1_INTEGER_new());
  return value && ASN1_INTEGER_set_uint64(value.get(), number) == 1 &&
         X509_CRL_add1_ext_i2d(list, NID_crl_number, value.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

const EVP_MD* digest_for(const PrivateKey& key) {
  if (key.algorithm() == KeyAlgorithm::ed25519) return nullptr;  // it has its own
  return key.algorithm() == KeyAlgorithm::ecdsa && key.bits() > 256 ? EVP_sha384() : EVP_sha256();
}

bool fill(X509_CRL* list, const RevocationListSpec& spec, X509* issuer) {
  const TimePtr from = asn1_time(spec.this_update);
  const TimePtr until = asn1_time(spec.next_update);
  return from && until && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
         X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer)) == 1 &&
         X509_CRL_set1_lastUpdate(list, from.get()) == 1 &&
         X509_CRL_set1_nextUpdate(list, until.get()) == 1 && add_authority_key(list, issuer) &&
         add_number(list, spec.number) &&
         std::ranges::all_of(spec.revoked,
                             [list](const auto& one) { return add_entry(list, one); });
}

}  // namespace

std::string_view revocation_reason_text(RevocationReason reason) {
  return std::ranges::find(kWords, reason, &Word::reason)->text;
}

std::optional<RevocationReason> revocation_reason_of(std::string_view text) {
  const auto* word = std::ranges::find(kWords, text, &Word::text);
  if (word == kWords.end()) return std::nullopt;
  return word->reason;
}

std::vector<std::string_view> revocation_reasons() {
  std::vector<std::string_view> all;
  for (const Word& word : kWords) all.push_back(word.text);
  return all;
}

Result<Bytes> write_revocation_list(const RevocationListSpec& spec, const Certificate& issuer,
                                    const PrivateKey& issuer_key) {
  const ListPtr list(X509_CRL_new());
  const X509Ptr above = issuer.x509();
  if (!list || !fill(list.get(), spec, above.get()) || X509_CRL_sort(list.get()) != 1 ||
      X509_CRL_sign(list.get(), issuer_key.native(), digest_for(issuer_key)) == 0) {
    return library_failure(Fault::ours, "a revocation list could not be made");
  }
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_CRL(list.get(), &bytes);
  const LibraryBytes owned(bytes);
  if (size <= 0) return library_failure(Fault::ours, "a revocation list could not be written");
  return Bytes(bytes, bytes + size);
}

std::string revocation_list_pem(ByteView der) { return write_pem("X509 CRL", der); }

}  // namespace gatehouse::crypto
