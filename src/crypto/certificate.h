#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/server_name.h"
#include "crypto/digest.h"
#include "crypto/handles.h"
#include "crypto/private_key.h"

namespace gatehouse::crypto {

// The servers that a certificate speaks for: its subjectAltName and nothing else (RFC 9525 section
// 6.3; the common name is not looked at). Entries that no client could ask for are left out.
struct CertificateNames {
  std::vector<NamePattern> dns;
  std::vector<ServerName> addresses;

  bool covers(const ServerName& name) const;
  // In the order of the certificate, DNS names first.
  std::vector<std::string> texts() const;
};

// An X.509 certificate: a cheap, immutable handle over its DER; copies and handshakes share the
// bytes. A parsed X509 costs 3.7 KB, so it is made for the question and freed with the answer: ask
// when something is loaded, not per request. Any thread.
class Certificate {
 public:
  // Exactly one certificate, at most 64 KiB, whose extensions can be read.
  static Result<Certificate> from_der(ByteView der);
  // What from_der() has accepted before and nobody can have changed since: it is not read again.
  static Certificate known(ByteView der);
  // Exactly one certificate in the text.
  static Result<Certificate> from_pem(std::string_view text);

  ByteView der() const;
  std::string to_pem() const;

  // RFC 4514 text, "CN=...,O=...".
  std::string subject() const;
  std::string issuer() const;
  // The first CN of the subject, "" without one.
  std::string common_name() const;
  CertificateNames names() const;
  WallTime not_before() const;
  WallTime not_after() const;
  bool valid_at(WallTime now) const { return not_before() <= now && now <= not_after(); }
  // Lower-case hex.
  std::string serial() const;
  Sha256 sha256() const { return crypto::sha256(der()); }
  Sha1 sha1() const { return crypto::sha1(der()); }
  // Equal for a certificate and its key.
  Sha256 spki_sha256() const;

  bool is_ca() const;
  bool is_self_issued() const;
  // It names itself as its issuer and its own key signed it, whatever else that key may sign.
  bool is_self_signed() const;
  // By extended key usage; true without that extension.
  bool allows_server_authentication() const;
  bool allows_client_authentication() const;

  // The key belongs to this certificate.
  bool matches(const PrivateKey& key) const;
  // Names, key identifiers and the signature say so. Validity is another question.
  bool is_issued_by(const Certificate& issuer) const;

  // Borrowed, for SSL_set_chain_and_key; lives as long as any copy of this.
  CRYPTO_BUFFER* buffer() const { return buffer_.get(); }
  // Parsed anew, sharing the bytes.
  X509Ptr x509() const;

  friend bool operator==(const Certificate& a, const Certificate& b);

  Certificate(const Certificate& other);
  Certificate& operator=(const Certificate& other);
  Certificate(Certificate&&) noexcept = default;
  Certificate& operator=(Certificate&&) noexcept = default;
  ~Certificate() = default;

 private:
  explicit Certificate(BufferPtr buffer) : buffer_(std::move(buffer)) {}

  BufferPtr buffer_;
};

// All certificates of a text in its order; keys and other blocks are skipped. None is an error.
Result<std::vector<Certificate>> parse_pem_certificates(std::string_view text);

}  // namespace gatehouse::crypto
