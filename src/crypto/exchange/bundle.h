#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crypto/certificate.h"
#include "crypto/exchange/passphrase.h"
#include "crypto/exchange/read_failure.h"
#include "crypto/private_key.h"

namespace gatehouse::crypto {

enum class BundleFormat : unsigned char { pem, certificate, key, pkcs12, pkcs7 };
// "a PEM text", "a PKCS#12 file".
std::string_view format_text(BundleFormat format);

// What PKCS#12 says beside a key or certificate. Text and bytes are bounded; the name is UTF-8
// without control characters.
struct BundleLabel {
  std::string friendly_name;  // "" without one
  Bytes local_key_id;         // equal for a key and its certificate; empty without one
};

struct BundleCertificate {
  Certificate certificate;
  BundleLabel label;
};

struct BundleKey {
  PrivateKey key;
  BundleLabel label;
};

// A private key that is whole, but that we do not use: RSA below 2048 bits, odd curves.
struct UnusableKey {
  Sha256 spki_sha256;  // of its public half
  std::string reason;  // "the RSA key has 1024 bits; 2048 to 8192 are accepted"
  BundleLabel label;
};

// Everything that a file of keys and certificates holds, in the order of the file and unjudged:
// see pair().
struct Bundle {
  BundleFormat format = BundleFormat::pem;
  std::vector<BundleCertificate> certificates;
  std::vector<BundleKey> keys;
  std::vector<UnusableKey> unusable_keys;
  // What a person should know though the file was read: no integrity check, an empty passphrase,
  // parts that were skipped. Sentences.
  std::vector<std::string> warnings;
};

// Bounds of one file. The defaults take everything that real programs write.
struct ReadLimits {
  std::size_t bytes = 16 << 20;
  std::size_t parts = 2048;  // certificates, keys and everything else beside each other
  // Of a digest, for all passphrases in the file together: seconds of one CPU. Real files ask for
  // 2,000 to 600,000 rounds each for MAC, key and certificates; a round of PBKDF2 is two.
  std::uint64_t rounds = 10'000'000;
};

// Reads a file of any of these kinds, which it finds out by itself:
//   PEM         certificates, keys, PKCS#7; any order, text between, CRLF, a byte order mark,
//   UTF-16;
//               keys of PKCS#8, PKCS#1 and SEC1, plain or encrypted in either way
//   DER         one certificate, one key (the same forms), PKCS#7 (RFC 5652, certificates only)
//   PKCS#12     RFC 7292 with PBES2, PBMAC1 (RFC 9579), the old RC2, RC4 and 3DES; BER too
//   base64      of any of the three, without the lines of PEM
// `passphrase` is borrowed, null if none was given. Blocks for the rounds that the file asks for.
// Fails whole: if one part is damaged, nothing is returned.
Read<Bundle> read_bundle(ByteView file, const Passphrase* passphrase,
                         const ReadLimits& limits = {});

}  // namespace gatehouse::crypto
