#include "crypto/subject.h"

#include <openssl/digest.h>
#include <openssl/mem.h>

#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLongestNamePart = 64;  // ub-common-name, ub-organization-name

std::string_view cut(std::string_view text) {
  if (text.size() <= kLongestNamePart) return text;
  std::size_t size = kLongestNamePart;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;  // not inside a UTF-8 character
  return text.substr(0, size);
}

bool add_name_part(X509_NAME* name, int nid, std::string_view text) {
  const auto bytes = as_bytes(cut(text));
  return text.empty() ||
         X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, bytes.data(),
                                    static_cast<ossl_ssize_t>(bytes.size()), -1, 0) == 1;
}

}  // namespace

std::string name_text(const X509_NAME* name) {
  constexpr unsigned long kFlags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!out || X509_NAME_print_ex(out.get(), name, 0, kFlags) < 0) {
    drain_library_errors();
    return "(unreadable name)";
  }
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  BIO_mem_contents(out.get(), &bytes, &size);
  return std::string(as_text({bytes, size}));
}

std::string common_name_in(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  const LibraryBytes owned(utf8);
  if (size < 0) {
    drain_library_errors();
    return {};
  }
  return std::string(as_text({utf8, static_cast<std::size_t>(size)}));
}

bool write_name(X509_NAME* name, std::string_view common_name, std::string_view organization) {
  return add_name_part(name, NID_organizationName, organization) &&
         add_name_part(name, NID_commonName, common_name);
}

const EVP_MD* digest_for(const PrivateKey& key) {
  if (key.algorithm() == KeyAlgorithm::ed25519) return nullptr;
  return key.algorithm() == KeyAlgorithm::ecdsa && key.bits() > 256 ? EVP_sha384() : EVP_sha256();
}

}  // namespace gatehouse::crypto
