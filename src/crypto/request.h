#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/server_name.h"
#include "crypto/certificate.h"
#include "crypto/issue.h"
#include "crypto/private_key.h"

namespace gatehouse::crypto {

// What to ask a CA for. The CA decides what it grants.
struct RequestSpec {
  std::string common_name{};   // cut to the 64 bytes that X.520 allows
  std::string organization{};  // likewise; left out when empty
  std::vector<NamePattern> names{};
  std::optional<Purpose> purpose{};  // extended key usage
};

// A request for a certificate (PKCS#10, RFC 2986): a public key, the names that it is for, and the
// proof that whoever asks has the key. Immutable, public.
class CertificateRequest {
 public:
  // Signed by `key`. Errors: the library's.
  static Result<CertificateRequest> make(const RequestSpec& spec, const PrivateKey& key);

  // Exactly one request, at most 64 KiB. Refused with a sentence: damaged, a key too weak to be
  // certified, a signature that the key in it did not make.
  static Result<CertificateRequest> from_der(ByteView der);
  // The same in what a file holds: DER or PEM.
  static Result<CertificateRequest> from_file(ByteView content);
  // The same in a PEM text, "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST"; other blocks are
  // skipped. Refused: none, or several.
  static Result<CertificateRequest> from_pem(std::string_view text);

  ByteView der() const { return der_; }
  std::string to_pem() const;

  // RFC 4514.
  const std::string& subject() const { return subject_; }
  const std::string& common_name() const { return common_name_; }
  // Of the subjectAltName that is asked for; the common name is not looked at.
  const CertificateNames& names() const { return names_; }
  // By the extended key usage that is asked for; both false without one.
  bool wants_server() const { return server_; }
  bool wants_client() const { return client_; }
  // By basic constraints or the right to sign certificates.
  bool wants_ca() const { return ca_; }
  // What it asks for beside that, in words: "the extension 1.2.3.4". Printable, few.
  const std::vector<std::string>& other_wishes() const { return other_wishes_; }
  // "ECDSA P-256".
  const std::string& key_text() const { return key_text_; }
  // None: of a kind that no handshake knows.
  std::optional<KeyAlgorithm> key_algorithm() const { return key_algorithm_; }
  // Equal for the key, the request and the certificate that answers it.
  const Sha256& spki_sha256() const { return spki_sha256_; }
  // The public half, parsed anew; never null.
  EvpKeyPtr public_key() const;

  friend bool operator==(const CertificateRequest& a, const CertificateRequest& b) {
    return a.der_ == b.der_;
  }

 private:
  CertificateRequest() = default;

  Bytes der_;
  std::string subject_;
  std::string common_name_;
  CertificateNames names_;
  std::vector<std::string> other_wishes_;
  std::string key_text_;
  std::optional<KeyAlgorithm> key_algorithm_;
  Sha256 spki_sha256_{};
  bool server_ = false;
  bool client_ = false;
  bool ca_ = false;
};

}  // namespace gatehouse::crypto
