#include "crypto/exchange/bundle.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <openssl/base64.h>

#include "crypto/exchange/ber.h"
#include "crypto/exchange/der.h"
#include "crypto/exchange/key_forms.h"
#include "crypto/exchange/pem_bundle.h"
#include "crypto/exchange/pkcs12_reader.h"
#include "crypto/exchange/pkcs7_reader.h"
#include "crypto/exchange/unlocker.h"
#include "crypto/exchange/wide_text.h"
#include "crypto/exchange/wipe.h"
#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

using Kind = ReadFailure::Kind;

constexpr std::uint8_t kSequence = 0x30;

bool starts_with(ByteView bytes, std::initializer_list<std::uint8_t> start) {
  return bytes.size() >= start.size() && std::ranges::equal(bytes.first(start.size()), start);
}

// Files that people take for the right one, by their first bytes.
struct Lookalike {
  std::string_view start;
  std::string_view what;
};

constexpr std::array kLookalikes = {
    Lookalike{"\xfe\xed\xfe\xed",
              "the file is a Java keystore of the old form (JKS): convert it with keytool "
              "-importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12"},
    Lookalike{"\xce\xce\xce\xce",
              "the file is a Java keystore of the form JCEKS: convert it with keytool "
              "-importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12"},
    Lookalike{"PuTTY-User-Key-File",
              "the file is a key of PuTTY, which is for SSH: give the key of the certificate"},
    Lookalike{"\x1e\xf1\xb5\xb0",
              "the file is a key of the form PVK: convert it with openssl rsa -inform PVK"},
    Lookalike{"PK\x03\x04", "the file is a ZIP archive: unpack it and give the files in it"},
    Lookalike{"ssh-", "the file is a public key for SSH: give the certificate"},
};

Secret secret_from(std::string text) {
  Secret secret(text);
  wipe(text);
  return secret;
}

// The text without what editors of Windows put in front of it; UTF-16 becomes UTF-8.
Secret as_plain_text(ByteView file) {
  if (starts_with(file, {0xef, 0xbb, 0xbf})) return Secret(file.subspan(3));
  if (starts_with(file, {0xfe, 0xff})) return secret_from(narrow_text(file.subspan(2)));
  if (!starts_with(file, {0xff, 0xfe})) return Secret(file);
  Bytes swapped(file.begin() + 2, file.end());
  for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  Secret text = secret_from(narrow_text(swapped));
  wipe(swapped);
  return text;
}

// Base64 and nothing else, as mail programs and vaults hand files out.
std::optional<Secret> from_base64(std::string_view text) {
  Bytes packed;
  packed.reserve(text.size());
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    packed.push_back(static_cast<std::uint8_t>(c));
  }
  std::size_t most = 0;
  std::optional<Secret> decoded;
  if (!packed.empty() && EVP_DecodedLength(&most, packed.size()) == 1) {
    Bytes bytes(most);
    std::size_t size = 0;
    if (EVP_DecodeBase64(bytes.data(), &size, most, packed.data(), packed.size()) == 1) {
      decoded.emplace(ByteView(bytes).first(size));
    }
    wipe(bytes);
  }
  wipe(packed);
  drain_library_errors();
  return decoded;
}

// What the outermost elements say; the kind's own reader finds out whether it is true.
std::optional<BundleFormat> der_format(ByteView der) {
  auto inside = Der(der).sequence();
  if (!inside) return std::nullopt;
  if (inside->at(CBS_ASN1_OBJECT)) return BundleFormat::pkcs7;
  if (key_form(der)) return BundleFormat::key;
  if (inside->at(CBS_ASN1_INTEGER)) return BundleFormat::pkcs12;
  return BundleFormat::certificate;
}

// A request or a revocation list has the outer form of a certificate.
std::string_view not_a_certificate(ByteView der) {
  auto inside = Der(der).sequence();
  auto body = inside ? inside->sequence() : std::nullopt;
  if (!body) return {};
  const bool has_version = body->at(CBS_ASN1_INTEGER);
  if (has_version && body->skip_integer() && body->sequence() && body->at(CBS_ASN1_SEQUENCE) &&
      body->sequence() && body->at(constructed_context(0))) {
    return "the file is a certificate request: give the certificate that was issued for it";
  }
  auto list = Der(der).sequence()->sequence();
  list->skip_optional(CBS_ASN1_INTEGER);
  if (list->sequence() && list->sequence() &&
      (list->at(CBS_ASN1_UTCTIME) || list->at(CBS_ASN1_GENERALIZEDTIME))) {
    return "the file is a revocation list: give the certificate";
  }
  return {};
}

Read<Ok> read_der_certificate(ByteView der, Bundle& bundle) {
  auto certificate = Certificate::from_der(der);
  if (certificate) {
    bundle.certificates.push_back({std::move(*certificate), {}});
    return Ok{};
  }
  const std::string_view other = not_a_certificate(der);
  if (!other.empty()) return not_read(Kind::unsupported, std::string(other));
  return damaged(certificate.error().what);
}

Read<Ok> read_der_key(ByteView der, Unlocker& unlocker, Bundle& bundle) {
  const auto form = key_form(der);
  if (!form) return damaged("the private key is damaged");
  if (*form == KeyForm::encrypted_pkcs8) return take_encrypted_key(der, {}, unlocker, bundle);
  return take_key(der, *form, {}, bundle);
}

Read<Ok> read_der(ByteView file, Unlocker& unlocker, const ReadLimits& limits, Bundle& bundle) {
  const auto der = der_from_ber(file);
  const auto format = der ? der_format(der->view()) : std::nullopt;
  if (!format) {
    return damaged("the file is damaged: it ends too early, or is not encoded as it says");
  }
  bundle.format = *format;
  switch (*format) {
    case BundleFormat::pkcs7: return read_pkcs7(file, limits, bundle);
    case BundleFormat::pkcs12: return read_pkcs12(file, unlocker, limits, bundle);
    // A key has no signature that a canonical encoding could break.
    case BundleFormat::key: return read_der_key(der->view(), unlocker, bundle);
    default: return read_der_certificate(file, bundle);
  }
}

std::unexpected<ReadFailure> unknown() {
  return not_read(Kind::unsupported,
                  "the file is neither PEM nor DER nor PKCS#12 nor PKCS#7: give a file that holds "
                  "a certificate or a private key");
}

Read<Ok> read_any(ByteView file, Unlocker& unlocker, const ReadLimits& limits, Bundle& bundle) {
  if (starts_with(file, {kSequence})) return read_der(file, unlocker, limits, bundle);
  for (const Lookalike& other : kLookalikes) {
    if (as_text(file).starts_with(other.start)) {
      return not_read(Kind::unsupported, std::string(other.what));
    }
  }
  const Secret text = as_plain_text(file);
  if (as_text(text.view()).find("-----BEGIN ") != std::string_view::npos) {
    return read_pem_bundle(as_text(text.view()), unlocker, limits, bundle);
  }
  const auto decoded = from_base64(as_text(text.view()));
  if (decoded && starts_with(decoded->view(), {kSequence})) {
    return read_der(decoded->view(), unlocker, limits, bundle);
  }
  return unknown();
}

std::unexpected<ReadFailure> empty_bundle(const Bundle& bundle) {
  std::string what = fmt::format("there is neither a certificate nor a private key in {}",
                                 format_text(bundle.format));
  for (const std::string& warning : bundle.warnings) what += fmt::format("; {}", warning);
  return not_read(Kind::nothing_inside, std::move(what));
}

}  // namespace

std::string_view format_text(BundleFormat format) {
  switch (format) {
    case BundleFormat::pem: return "a PEM text";
    case BundleFormat::certificate: return "a DER certificate";
    case BundleFormat::key: return "a DER private key";
    case BundleFormat::pkcs12: return "a PKCS#12 file";
    case BundleFormat::pkcs7: break;
  }
  return "a PKCS#7 file";
}

Read<Bundle> read_bundle(ByteView file, const Passphrase* passphrase, const ReadLimits& limits) {
  if (file.empty()) return not_read(Kind::nothing_inside, "the file is empty");
  if (file.size() > limits.bytes) {
    return not_read(Kind::too_large, fmt::format("the file has {} bytes, more than {} are not read",
                                                 file.size(), limits.bytes));
  }
  Bundle bundle;
  Unlocker unlocker(passphrase, limits.rounds);
  auto read = read_any(file, unlocker, limits, bundle);
  drain_library_errors();
  if (!read) return pass_on(read);
  if (bundle.certificates.empty() && bundle.keys.empty() && bundle.unusable_keys.empty()) {
    return empty_bundle(bundle);
  }
  if (unlocker.opened_with_empty()) {
    bundle.warnings.push_back(
        "the file is protected by an empty passphrase: everybody who gets it can use the key");
  }
  return bundle;
}

}  // namespace gatehouse::crypto
