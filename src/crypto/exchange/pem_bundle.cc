#include "crypto/exchange/pem_bundle.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <openssl/cipher.h>

#include "crypto/exchange/der.h"
#include "crypto/exchange/display_name.h"
#include "crypto/exchange/key_forms.h"
#include "crypto/exchange/pkcs7_reader.h"
#include "crypto/pem.h"

namespace gatehouse::crypto {
namespace {

using Kind = ReadFailure::Kind;

bool any_of(std::string_view label, std::initializer_list<std::string_view> labels) {
  return std::ranges::find(labels, label) != labels.end();
}

Read<Ok> take_certificate(ByteView der, BundleLabel label, Bundle& bundle) {
  auto certificate = Certificate::from_der(der);
  if (!certificate) return damaged(certificate.error().what);
  bundle.certificates.push_back({std::move(*certificate), std::move(label)});
  return Ok{};
}

// OpenSSL's own form: a certificate, and behind it what its owner thinks of it (CertAux), of which
// only the alias is of use to us.
Read<Ok> take_trusted_certificate(ByteView der, Bundle& bundle) {
  Der in(der);
  const auto certificate = in.element(CBS_ASN1_SEQUENCE);
  if (!certificate) return damaged("a TRUSTED CERTIFICATE is damaged");
  BundleLabel label;
  auto aux = in.sequence();
  if (aux && aux->skip_optional(CBS_ASN1_SEQUENCE) && aux->skip_optional(constructed_context(0))) {
    if (const auto alias = aux->content(CBS_ASN1_UTF8STRING)) {
      label.friendly_name = display_name(as_text(*alias));
    }
  }
  return take_certificate(*certificate, std::move(label), bundle);
}

struct DekCipher {
  std::string_view name;
  const EVP_CIPHER* (*cipher)();
};

constexpr std::array kDekCiphers = {
    DekCipher{"DES-CBC", EVP_des_cbc},         DekCipher{"DES-EDE3-CBC", EVP_des_ede3_cbc},
    DekCipher{"AES-128-CBC", EVP_aes_128_cbc}, DekCipher{"AES-192-CBC", EVP_aes_192_cbc},
    DekCipher{"AES-256-CBC", EVP_aes_256_cbc},
};

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digit(text[i]);
    const auto low = hex_digit(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return bytes;
}

bool is_private_key(std::string_view label) { return label.ends_with("PRIVATE KEY"); }

Read<Ok> take_key_with_headers(const PemBlock& block, Unlocker& unlocker, Bundle& bundle) {
  const auto comma = block.encryption.find(',');
  const std::string name = block.encryption.substr(0, comma);
  const auto found = std::ranges::find(kDekCiphers, name, &DekCipher::name);
  if (found == kDekCiphers.end()) {
    return not_read(Kind::unsupported,
                    fmt::format("the private key is encrypted with {}, which is not read: write it "
                                "anew with openssl pkcs8 -topk8",
                                name.empty() ? "no cipher that it names" : name));
  }
  const EVP_CIPHER* cipher = found->cipher();
  const auto iv = from_hex(comma == std::string::npos ? "" : block.encryption.substr(comma + 1));
  if (!iv || iv->size() != EVP_CIPHER_iv_length(cipher)) {
    return damaged("the DEK-Info of the private key is damaged");
  }
  std::optional<Secret> plain;
  auto proved = unlocker.prove(
      "the private key", &PassphraseSpelling::text, 3, [&](const PassphraseSpelling& one) {
        const auto key = derive_dek_info(one.text.view(), *iv, EVP_CIPHER_key_length(cipher));
        plain = key ? run_cipher(cipher, false, key->view(), *iv, block.der.view()) : std::nullopt;
        return plain && key_form(plain->view()).has_value();
      });
  if (!proved) return pass_on(proved);
  return take_key(plain->view(), *key_form(plain->view()), {}, bundle);
}

Read<Ok> take_private_key(const PemBlock& block, Unlocker& unlocker, Bundle& bundle) {
  if (block.label == "OPENSSH PRIVATE KEY") {
    return not_read(Kind::unsupported,
                    "the private key is in the form of OpenSSH: convert it with ssh-keygen -p -m "
                    "PKCS8 -f KEY");
  }
  if (block.encrypted) return take_key_with_headers(block, unlocker, bundle);
  const auto form = key_form(block.der.view());
  if (!form) return damaged(fmt::format("the block \"{}\" is damaged", block.label));
  if (*form == KeyForm::encrypted_pkcs8) {
    return take_encrypted_key(block.der.view(), {}, unlocker, bundle);
  }
  return take_key(block.der.view(), *form, {}, bundle);
}

Read<Ok> take_block(const PemBlock& block, Unlocker& unlocker, const ReadLimits& limits,
                    Bundle& bundle) {
  if (any_of(block.label, {"CERTIFICATE", "X509 CERTIFICATE"})) {
    return take_certificate(block.der.view(), {}, bundle);
  }
  if (block.label == "TRUSTED CERTIFICATE") {
    return take_trusted_certificate(block.der.view(), bundle);
  }
  if (any_of(block.label, {"PKCS7", "PKCS #7 SIGNED DATA", "CMS"})) {
    return read_pkcs7(block.der.view(), limits, bundle);
  }
  if (is_private_key(block.label)) return take_private_key(block, unlocker, bundle);
  if (!block.label.ends_with("PARAMETERS")) {
    bundle.warnings.push_back(fmt::format("a block \"{}\" was passed over", block.label));
  }
  return Ok{};
}

}  // namespace

Read<Ok> read_pem_bundle(std::string_view text, Unlocker& unlocker, const ReadLimits& limits,
                         Bundle& bundle) {
  auto blocks = parse_pem(text);
  if (!blocks) return std::unexpected(ReadFailure{Kind::damaged, std::move(blocks.error())});
  for (const PemBlock& block : *blocks) {
    if (auto taken = take_block(block, unlocker, limits, bundle); !taken) return taken;
  }
  return Ok{};
}

}  // namespace gatehouse::crypto
