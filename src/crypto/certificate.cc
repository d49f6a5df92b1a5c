#include "crypto/certificate.h"

#include <algorithm>
#include <new>

#include <fmt/format.h>
#include <openssl/mem.h>

#include "crypto/alternative_names.h"
#include "crypto/certificate_parts.h"
#include "crypto/general_name.h"
#include "crypto/library_error.h"
#include "crypto/pem.h"
#include "crypto/subject.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLargestCertificate = 64 * 1024;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

ByteView bytes_of(const ASN1_STRING* string) {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// A certificate may name a time far outside of what the clock's type holds (year 9999).
WallTime wall_time(const ASN1_TIME* time) {
  using std::chrono::seconds;
  constexpr auto kFirst = std::chrono::ceil<seconds>(WallTime::min()).time_since_epoch().count();
  constexpr auto kLast = std::chrono::floor<seconds>(WallTime::max()).time_since_epoch().count();
  std::int64_t posix = 0;
  if (ASN1_TIME_to_posix(time, &posix) != 1) {
    drain_library_errors();
    return WallTime::min();
  }
  return WallTime{seconds{std::clamp<std::int64_t>(posix, kFirst, kLast)}};
}

bool allows(X509* x509, std::uint32_t usage) {
  if ((X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) == 0) return true;
  return (X509_get_extended_key_usage(x509) & usage) != 0;
}

bool matches_pattern(const NamePattern& pattern, const ServerName& name) {
  if (!pattern.wildcard()) return pattern.base() == name;
  const auto dot = name.text().find('.');
  return dot != std::string::npos && name.text().substr(dot + 1) == pattern.base().text();
}

}  // namespace

bool CertificateNames::covers(const ServerName& name) const {
  if (name.is_address()) return std::ranges::find(addresses, name) != addresses.end();
  return std::ranges::any_of(dns, [&](const NamePattern& p) { return matches_pattern(p, name); });
}

std::vector<std::string> CertificateNames::texts() const {
  std::vector<std::string> all;
  all.reserve(dns.size() + addresses.size());
  for (const NamePattern& pattern : dns) all.push_back(pattern.text());
  for (const ServerName& address : addresses) all.push_back(address.text());
  return all;
}

Certificate Certificate::known(ByteView der) {
  BufferPtr buffer(CRYPTO_BUFFER_new(der.data(), der.size(), nullptr));
  if (!buffer) throw std::bad_alloc();
  return Certificate(std::move(buffer));
}

Result<Certificate> Certificate::from_der(ByteView der) {
  if (der.empty() || der.size() > kLargestCertificate) {
    return refused(fmt::format("a certificate of {} bytes is not read", der.size()));
  }
  Certificate certificate = known(der);
  const X509Ptr parsed(X509_parse_from_buffer(certificate.buffer()));
  if (!parsed || !X509_get0_pubkey(parsed.get())) {
    return library_failure(Fault::operator_input, "the certificate is damaged", ErrorKind::invalid);
  }
  const auto flags = X509_get_extension_flags(parsed.get());
  drain_library_errors();  // an unknown signature algorithm is noted even when all is well
  if ((flags & EXFLAG_INVALID) != 0) {
    return refused("the certificate is damaged: one of its extensions cannot be read");
  }
  return certificate;
}

Result<Certificate> Certificate::from_pem(std::string_view text) {
  auto all = parse_pem_certificates(text);
  if (!all) return pass_on(all);
  if (all->size() > 1) return refused("there is more than one certificate in the text");
  return std::move(all->front());
}

ByteView Certificate::der() const {
  return {CRYPTO_BUFFER_data(buffer_.get()), CRYPTO_BUFFER_len(buffer_.get())};
}

std::string Certificate::to_pem() const { return write_pem("CERTIFICATE", der()); }

X509Ptr Certificate::x509() const {
  X509Ptr parsed(X509_parse_from_buffer(buffer_.get()));
  if (!parsed) throw std::bad_alloc();  // the bytes were parsed before
  X509_get_extension_flags(parsed.get());
  drain_library_errors();  // what the library notes on its first look at the extensions
  return parsed;
}

std::string Certificate::subject() const { return name_text(X509_get_subject_name(x509().get())); }

std::string Certificate::issuer() const { return name_text(X509_get_issuer_name(x509().get())); }

std::string Certificate::common_name() const {
  const X509Ptr parsed = x509();
  return common_name_in(X509_get_subject_name(parsed.get()));
}

CertificateNames Certificate::names() const {
  if (auto names = alternative_names(der())) return std::move(*names);
  const X509Ptr parsed = x509();
  const GeneralNamesPtr entries(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(parsed.get(), NID_subject_alt_name, nullptr, nullptr)));
  return entries ? server_names(*entries) : CertificateNames{};
}

WallTime Certificate::not_before() const { return wall_time(X509_get0_notBefore(x509().get())); }

WallTime Certificate::not_after() const { return wall_time(X509_get0_notAfter(x509().get())); }

std::string Certificate::serial() const {
  const X509Ptr parsed = x509();
  return hex(bytes_of(X509_get0_serialNumber(parsed.get())));
}

Sha256 Certificate::spki_sha256() const {
  const X509Ptr parsed = x509();
  const EVP_PKEY* key = X509_get0_pubkey(parsed.get());
  // The library reads keys that it cannot write (RSA-PSS), and others not at all: then it is what
  // stands in the certificate.
  if (key != nullptr && EVP_PKEY_id(key) != EVP_PKEY_RSA_PSS) return crypto::spki_sha256(key);
  drain_library_errors();
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(parsed.get()), &bytes);
  const LibraryBytes owned(bytes);
  if (size <= 0) throw std::bad_alloc();
  return crypto::sha256({bytes, static_cast<std::size_t>(size)});
}

bool Certificate::is_ca() const { return X509_check_ca(x509().get()) == 1; }

bool Certificate::is_self_issued() const {
  return (X509_get_extension_flags(x509().get()) & EXFLAG_SI) != 0;
}

bool Certificate::is_self_signed() const {
  const X509Ptr parsed = x509();
  const bool itself = (X509_get_extension_flags(parsed.get()) & EXFLAG_SI) != 0 &&
                      X509_verify(parsed.get(), X509_get0_pubkey(parsed.get())) == 1;
  drain_library_errors();
  return itself;
}

bool Certificate::allows_server_authentication() const {
  return allows(x509().get(), XKU_SSL_SERVER);
}

bool Certificate::allows_client_authentication() const {
  return allows(x509().get(), XKU_SSL_CLIENT);
}

bool Certificate::matches(const PrivateKey& key) const {
  const X509Ptr parsed = x509();
  const bool same = EVP_PKEY_cmp(X509_get0_pubkey(parsed.get()), key.native()) == 1;
  drain_library_errors();
  return same;
}

bool Certificate::is_issued_by(const Certificate& issuer) const {
  if (is_surely_not_issued_by(der(), issuer.der())) return false;
  const X509Ptr parsed = x509();
  const X509Ptr above = issuer.x509();
  const bool named = X509_check_issued(above.get(), parsed.get()) == X509_V_OK;
  const bool signed_by = named && X509_verify(parsed.get(), X509_get0_pubkey(above.get())) == 1;
  drain_library_errors();
  return signed_by;
}

bool operator==(const Certificate& a, const Certificate& b) {
  return std::ranges::equal(a.der(), b.der());
}

Certificate::Certificate(const Certificate& other) : buffer_(other.buffer_.get()) {
  if (buffer_) CRYPTO_BUFFER_up_ref(buffer_.get());
}

Certificate& Certificate::operator=(const Certificate& other) {
  if (this != &other) *this = Certificate(other);
  return *this;
}

Result<std::vector<Certificate>> parse_pem_certificates(std::string_view text) {
  auto blocks = parse_pem(text);
  if (!blocks) return pass_on(blocks);
  std::vector<Certificate> all;
  for (const PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
    auto certificate = Certificate::from_der(block.der.view());
    if (!certificate) return pass_on(certificate);
    all.push_back(std::move(*certificate));
  }
  if (all.empty()) return refused("there is no certificate in the text");
  return all;
}

}  // namespace gatehouse::crypto
