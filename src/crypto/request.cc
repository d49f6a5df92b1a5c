#include "crypto/request.h"

#include <new>

#include <fmt/format.h>
#include <openssl/mem.h>
#include <openssl/obj.h>

#include "crypto/general_name.h"
#include "crypto/library_error.h"
#include "crypto/pem.h"
#include "crypto/request_wishes.h"
#include "crypto/strength.h"
#include "crypto/subject.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLargestRequest = 64 * 1024;

using RequestPtr = std::unique_ptr<X509_REQ, Freer<X509_REQ_free>>;
using KeyUsagesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, Freer<EXTENDED_KEY_USAGE_free>>;
using BitsPtr = std::unique_ptr<ASN1_BIT_STRING, Freer<ASN1_BIT_STRING_free>>;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

std::unexpected<Error> damaged() {
  return library_failure(Fault::operator_input, "the certificate request is damaged",
                         ErrorKind::invalid);
}

// ------------------------------------------------------------------ writing

bool add(ExtensionsPtr& to, int nid, void* value, bool critical = false) {
  X509_EXTENSIONS* all = to.release();
  const bool done =
      value != nullptr && X509V3_add1_i2d(&all, nid, value, critical, X509V3_ADD_DEFAULT) == 1;
  to.reset(all);
  return done;
}

bool add_key_usage(ExtensionsPtr& to, const PrivateKey& key) {
  enum Bit { digital_signature = 0, key_encipherment = 2 };
  const BitsPtr bits(ASN1_BIT_STRING_new());
  if (!bits || ASN1_BIT_STRING_set_bit(bits.get(), digital_signature, 1) != 1) return false;
  if (key.algorithm() == KeyAlgorithm::rsa &&
      ASN1_BIT_STRING_set_bit(bits.get(), key_encipherment, 1) != 1) {
    return false;
  }
  return add(to, NID_key_usage, bits.get(), true);
}

bool add_purpose(ExtensionsPtr& to, std::optional<Purpose> purpose) {
  if (!purpose) return true;
  const int nid = *purpose == Purpose::server ? NID_server_auth : NID_client_auth;
  const KeyUsagesPtr usages(EXTENDED_KEY_USAGE_new());
  // The objects of the table are static: freeing the stack leaves them alone.
  return usages && sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(nid)) > 0 &&
         add(to, NID_ext_key_usage, usages.get());
}

bool add_names(ExtensionsPtr& to, const std::vector<NamePattern>& names) {
  if (names.empty()) return true;
  return add(to, NID_subject_alt_name, general_names(names).get());
}

bool fill(X509_REQ* request, const RequestSpec& spec, const PrivateKey& key) {
  ExtensionsPtr extensions(sk_X509_EXTENSION_new_null());
  return extensions && X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 &&
         write_name(X509_REQ_get_subject_name(request), spec.common_name, spec.organization) &&
         X509_REQ_set_pubkey(request, key.native()) == 1 && add_key_usage(extensions, key) &&
         add_purpose(extensions, spec.purpose) && add_names(extensions, spec.names) &&
         X509_REQ_add_extensions(request, extensions.get()) == 1;
}

// ------------------------------------------------------------------ reading

RequestPtr parse(ByteView der) {
  const std::uint8_t* at = der.data();
  RequestPtr request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  return request && at == der.data() + der.size() ? std::move(request) : nullptr;
}

}  // namespace

Result<CertificateRequest> CertificateRequest::make(const RequestSpec& spec,
                                                    const PrivateKey& key) {
  const RequestPtr request(X509_REQ_new());
  unsigned char* bytes = nullptr;
  if (!request || !fill(request.get(), spec, key) ||
      X509_REQ_sign(request.get(), key.native(), digest_for(key)) == 0) {
    return library_failure(Fault::ours, "a certificate request could not be made");
  }
  const int size = i2d_X509_REQ(request.get(), &bytes);
  const LibraryBytes owned(bytes);
  if (size <= 0) return library_failure(Fault::ours, "a certificate request could not be written");
  return from_der({bytes, static_cast<std::size_t>(size)});
}

Result<CertificateRequest> CertificateRequest::from_der(ByteView der) {
  if (der.empty() || der.size() > kLargestRequest) {
    return refused(fmt::format("a certificate request of {} bytes is not read", der.size()));
  }
  const RequestPtr parsed = parse(der);
  const EvpKeyPtr key(parsed ? X509_REQ_get_pubkey(parsed.get()) : nullptr);
  if (!key) return damaged();
  auto wishes = wishes_of(parsed.get());
  drain_library_errors();
  if (!wishes) {
    return refused(
        "the certificate request is damaged: one of the extensions that it asks for cannot be "
        "read");
  }
  const Strength strength = key_strength(key.get());
  if (strength.weak) {
    return refused(fmt::format(
        "the key of the certificate request is too weak ({}): ask with an ECDSA P-256 key",
        strength.text));
  }
  // The library reads RSA-PSS keys, but neither writes them nor shakes hands with them.
  if (!strength.algorithm) {
    return refused(fmt::format(
        "the key of the certificate request ({}) is of a kind that no client takes: ask with an "
        "ECDSA P-256 key",
        strength.text));
  }
  const bool proven = X509_REQ_verify(parsed.get(), key.get()) == 1;
  drain_library_errors();
  if (!proven) {
    return refused(
        "the certificate request is not signed by its own key, so nobody knows whether who asks "
        "has that key: make it anew");
  }
  CertificateRequest request;
  request.der_.assign(der.begin(), der.end());
  const X509_NAME* subject = X509_REQ_get_subject_name(parsed.get());
  request.subject_ = name_text(subject);
  request.common_name_ = common_name_in(subject);
  request.names_ = std::move(wishes->names);
  request.server_ = wishes->server;
  request.client_ = wishes->client;
  request.ca_ = wishes->ca;
  request.other_wishes_ = std::move(wishes->others);
  request.key_text_ = strength.text;
  request.key_algorithm_ = strength.algorithm;
  request.spki_sha256_ = crypto::spki_sha256(key.get());
  return request;
}

Result<CertificateRequest> CertificateRequest::from_file(ByteView content) {
  constexpr std::uint8_t kSequence = 0x30;
  // The shortest one with a key that clients take has a length of 0x7f, and text has no such byte.
  const bool der = content.size() > 1 && content[0] == kSequence && content[1] >= 0x7f;
  return der ? from_der(content) : from_pem(as_text(content));
}

Result<CertificateRequest> CertificateRequest::from_pem(std::string_view text) {
  auto blocks = parse_pem(text);
  if (!blocks) return pass_on(blocks);
  std::optional<CertificateRequest> found;
  for (const PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE REQUEST" && block.label != "NEW CERTIFICATE REQUEST") continue;
    if (found) return refused("there is more than one certificate request in the text");
    auto request = from_der(block.der.view());
    if (!request) return pass_on(request);
    found = std::move(*request);
  }
  if (!found) return refused("there is no certificate request in the text");
  return std::move(*found);
}

std::string CertificateRequest::to_pem() const { return write_pem("CERTIFICATE REQUEST", der_); }

EvpKeyPtr CertificateRequest::public_key() const {
  const RequestPtr parsed = parse(der_);
  EvpKeyPtr key(parsed ? X509_REQ_get_pubkey(parsed.get()) : nullptr);
  if (!key) throw std::bad_alloc();  // the bytes were parsed before
  return key;
}

}  // namespace gatehouse::crypto
