#include "crypto/exchange/encryption_scheme.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <openssl/cipher.h>
#include <openssl/digest.h>
#include <openssl/rand.h>

#include "crypto/exchange/der.h"
#include "crypto/exchange/object_ids.h"
#include "crypto/exchange/wipe.h"
#include "crypto/handles.h"
#include "crypto/library_error.h"

// Of the library, and in none of its headers for programs.
extern "C" const EVP_CIPHER* EVP_rc2_40_cbc(void);

namespace gatehouse::crypto {
namespace {

using CipherContextPtr = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using Kind = ReadFailure::Kind;

constexpr std::size_t kLongestSalt = 1024;

struct PassphraseCipher {
  std::string_view object_id;
  Derivation derivation;
  const EVP_MD* (*digest)();
  const EVP_CIPHER* (*cipher)();
};

// RC4 with 40 bits and 3DES with two keys need a key length of their own: nobody writes them.
constexpr std::array kPassphraseCiphers = {
    PassphraseCipher{object_id::kPbe3Des, Derivation::pkcs12, EVP_sha1, EVP_des_ede3_cbc},
    PassphraseCipher{object_id::kPbe40Rc2, Derivation::pkcs12, EVP_sha1, EVP_rc2_40_cbc},
    PassphraseCipher{object_id::kPbe128Rc2, Derivation::pkcs12, EVP_sha1, EVP_rc2_cbc},
    PassphraseCipher{object_id::kPbe128Rc4, Derivation::pkcs12, EVP_sha1, EVP_rc4},
    PassphraseCipher{object_id::kPbeMd5Des, Derivation::pbkdf1, EVP_md5, EVP_des_cbc},
    PassphraseCipher{object_id::kPbeSha1Des, Derivation::pbkdf1, EVP_sha1, EVP_des_cbc},
};

const EVP_CIPHER* cipher_by_id(std::string_view id) {
  if (id == "2.16.840.1.101.3.4.1.2") return EVP_aes_128_cbc();
  if (id == "2.16.840.1.101.3.4.1.22") return EVP_aes_192_cbc();
  if (id == object_id::kAes256Cbc) return EVP_aes_256_cbc();
  if (id == "1.2.840.113549.3.7") return EVP_des_ede3_cbc();
  if (id == "1.3.14.3.2.7") return EVP_des_cbc();
  return nullptr;
}

std::unexpected<ReadFailure> broken() {
  return damaged("the parameters of the encryption are damaged");
}

std::unexpected<ReadFailure> unsupported(std::string_view id) {
  return not_read(Kind::unsupported,
                  fmt::format("it is encrypted with {}, which is not read: export it again with "
                              "AES-256-CBC and PBKDF2 (the default of openssl pkcs12 -export and "
                              "openssl pkcs8 -topk8)",
                              algorithm_name(id)));
}

// Salt and rounds, as all schemes have them.
bool take_salt(Der& in, Bytes& salt, std::uint32_t& rounds) {
  const auto bytes = in.octets();
  const auto count = in.number();
  if (!bytes || bytes->empty() || bytes->size() > kLongestSalt || !count || *count == 0 ||
      *count > std::numeric_limits<std::uint32_t>::max()) {
    return false;
  }
  salt.assign(bytes->begin(), bytes->end());
  rounds = static_cast<std::uint32_t>(*count);
  return true;
}

Read<EncryptionScheme> parse_pbes1(const PassphraseCipher& found, Der in) {
  EncryptionScheme scheme{found.derivation, found.digest(), found.cipher(), {}, 1, {}};
  auto parameters = in.sequence();
  if (!parameters || !in.done() || !take_salt(*parameters, scheme.salt, scheme.rounds) ||
      !parameters->done()) {
    return broken();
  }
  return scheme;
}

Read<EncryptionScheme> parse_pbes2(Der in) {
  auto parameters = in.sequence();
  if (!parameters || !in.done()) return broken();
  const auto derivation = parameters->element(CBS_ASN1_SEQUENCE);
  auto encryption = parameters->sequence();
  if (!derivation || !encryption || !parameters->done()) return broken();
  auto pbkdf2 = Pbkdf2::parse(*derivation);
  if (!pbkdf2) return pass_on(pbkdf2);

  const auto id = encryption->object_id();
  if (!id) return broken();
  const EVP_CIPHER* cipher = cipher_by_id(*id);
  if (cipher == nullptr) return unsupported(*id);
  const auto iv = encryption->octets();
  if (!iv || !encryption->done() || iv->size() != EVP_CIPHER_iv_length(cipher)) return broken();
  if (pbkdf2->key_size != 0 && pbkdf2->key_size != EVP_CIPHER_key_length(cipher)) return broken();
  return EncryptionScheme{Derivation::pbkdf2,      pbkdf2->digest, cipher,
                          std::move(pbkdf2->salt), pbkdf2->rounds, Bytes(iv->begin(), iv->end())};
}

}  // namespace

const EVP_MD* hmac_digest(std::string_view id) {
  if (id == object_id::kHmacSha1) return EVP_sha1();
  if (id == "1.2.840.113549.2.8") return EVP_sha224();
  if (id == object_id::kHmacSha256) return EVP_sha256();
  if (id == "1.2.840.113549.2.10") return EVP_sha384();
  if (id == "1.2.840.113549.2.11") return EVP_sha512();
  if (id == "1.2.840.113549.2.13") return EVP_sha512_256();
  return nullptr;
}

const EVP_MD* digest_by_id(std::string_view id) {
  if (id == object_id::kSha1) return EVP_sha1();
  if (id == "2.16.840.1.101.3.4.2.4") return EVP_sha224();
  if (id == object_id::kSha256) return EVP_sha256();
  if (id == "2.16.840.1.101.3.4.2.2") return EVP_sha384();
  if (id == "2.16.840.1.101.3.4.2.3") return EVP_sha512();
  return nullptr;
}

std::string algorithm_name(std::string_view id) {
  struct Name {
    std::string_view id;
    std::string_view name;
  };
  static constexpr std::array kNames = {
      Name{object_id::kScrypt, "scrypt"},
      Name{object_id::kPbe40Rc4, "40-bit RC4"},
      Name{object_id::kPbe2Des, "3DES with two keys"},
      Name{"1.2.840.113549.1.5.1", "MD2 and DES"},
      Name{"1.2.840.113549.1.5.4", "MD2 and RC2"},
      Name{"1.2.840.113549.1.5.6", "MD5 and RC2"},
      Name{"1.2.840.113549.1.5.11", "SHA-1 and RC2"},
      Name{"1.2.840.113549.3.2", "RC2 by PBES2"},
      Name{"1.2.840.113549.3.4", "RC4 by PBES2"},
      Name{"1.2.840.113549.2.5", "MD5"},
      Name{"1.2.840.113549.2.12", "HMAC-SHA-512/224"},
      Name{"2.16.840.1.101.3.4.1.6", "AES-128-GCM"},
      Name{"2.16.840.1.101.3.4.1.26", "AES-192-GCM"},
      Name{"2.16.840.1.101.3.4.1.46", "AES-256-GCM"},
      Name{"1.2.840.113549.1.9.16.3.18", "ChaCha20-Poly1305"},
      Name{"1.2.392.200011.61.1.1.1.2", "Camellia-128-CBC"},
      Name{"1.2.392.200011.61.1.1.1.3", "Camellia-192-CBC"},
      Name{"1.2.392.200011.61.1.1.1.4", "Camellia-256-CBC"},
      Name{"1.2.410.200004.1.4", "SEED-CBC"},
      Name{"1.2.643.7.1.1.2.2", "Streebog-256"},
      Name{"1.2.643.7.1.1.2.3", "Streebog-512"},
  };
  const auto found = std::ranges::find(kNames, id, &Name::id);
  return found == kNames.end() ? fmt::format("the algorithm {}", id) : std::string(found->name);
}

Read<Pbkdf2> Pbkdf2::parse(ByteView algorithm) {
  auto in = Der(algorithm).sequence();
  const auto id = in ? in->object_id() : std::nullopt;
  if (!id) return broken();
  if (*id != object_id::kPbkdf2) return unsupported(*id);
  auto parameters = in->sequence();
  Pbkdf2 read;
  if (!parameters || !in->done()) return broken();
  if (!take_salt(*parameters, read.salt, read.rounds)) return broken();
  if (parameters->at(CBS_ASN1_INTEGER)) {
    const auto size = parameters->number();
    if (!size || *size == 0 || *size > EVP_MAX_MD_SIZE) return broken();
    read.key_size = *size;
  }
  read.digest = EVP_sha1();
  if (parameters->done()) return read;
  auto prf = parameters->sequence();  // its NULL may be missing, as NSS writes it
  const auto prf_id = prf ? prf->object_id() : std::nullopt;
  if (!prf_id || !prf->skip_optional(CBS_ASN1_NULL) || !prf->done() || !parameters->done()) {
    return broken();
  }
  read.digest = hmac_digest(*prf_id);
  if (read.digest == nullptr) return unsupported(*prf_id);
  return read;
}

Read<EncryptionScheme> EncryptionScheme::parse(ByteView algorithm) {
  Der outer(algorithm);
  auto in = outer.sequence();
  const auto id = in && outer.done() ? in->object_id() : std::nullopt;
  if (!id) return broken();
  if (*id == object_id::kPbes2) return parse_pbes2(*in);
  const auto found = std::ranges::find(kPassphraseCiphers, *id, &PassphraseCipher::object_id);
  if (found == kPassphraseCiphers.end()) return unsupported(*id);
  return parse_pbes1(*found, *in);
}

std::uint64_t EncryptionScheme::work() const {
  const std::size_t size = EVP_CIPHER_key_length(cipher);
  const std::size_t blocks = (size + EVP_MD_size(digest) - 1) / EVP_MD_size(digest);
  // PBKDF2 hashes twice a round; PKCS#12 derives the IV as well.
  const std::uint64_t times = derivation == Derivation::pbkdf1 ? 1 : 2;
  return times * blocks * rounds;
}

std::optional<Secret> EncryptionScheme::run(bool encrypting, ByteView input,
                                            const PassphraseSpelling& spelling) const {
  const std::size_t key_size = EVP_CIPHER_key_length(cipher);
  const std::size_t iv_size = EVP_CIPHER_iv_length(cipher);
  const Salted salted{salt, rounds};
  if (derivation == Derivation::pbkdf2) {
    const auto key = derive_pbkdf2(digest, spelling.text.view(), salted, key_size);
    if (!key) return std::nullopt;
    return run_cipher(cipher, encrypting, key->view(), iv, input);
  }
  if (derivation == Derivation::pbkdf1) {
    const auto both = derive_pbkdf1(digest, spelling.text.view(), salted, key_size + iv_size);
    if (!both) return std::nullopt;
    return run_cipher(cipher, encrypting, both->view().first(key_size),
                      both->view().subspan(key_size), input);
  }
  const ByteView wide = spelling.wide.view();
  const auto key = derive_pkcs12(digest, Pkcs12Use::key, wide, salted, key_size);
  const auto vector = derive_pkcs12(digest, Pkcs12Use::iv, wide, salted, iv_size);
  if (!key || !vector) return std::nullopt;
  return run_cipher(cipher, encrypting, key->view(), vector->view(), input);
}

std::optional<Secret> EncryptionScheme::decrypt(ByteView encrypted,
                                                const PassphraseSpelling& spelling) const {
  return run(false, encrypted, spelling);
}

Secret EncryptionScheme::encrypt(ByteView plain, const PassphraseSpelling& spelling) const {
  auto encrypted = run(true, plain, spelling);
  if (!encrypted) throw std::bad_alloc();  // nothing else is left to fail
  return std::move(*encrypted);
}

EncryptionScheme EncryptionScheme::aes256(std::uint32_t rounds) {
  return {Derivation::pbkdf2, EVP_sha256(), EVP_aes_256_cbc(),
          random_bytes(16),   rounds,       random_bytes(16)};
}

EncryptionScheme EncryptionScheme::triple_des(std::uint32_t rounds) {
  return {Derivation::pkcs12, EVP_sha1(), EVP_des_ede3_cbc(), random_bytes(8), rounds, {}};
}

void EncryptionScheme::write(DerWriter& out) const {
  const auto write_salt = [this](DerWriter& inner) {
    inner.octets(salt);
    inner.number(rounds);
  };
  if (derivation == Derivation::pkcs12) {
    out.sequence([&](DerWriter& algorithm) {
      algorithm.object_id(object_id::kPbe3Des);
      algorithm.sequence(write_salt);
    });
    return;
  }
  const auto write_kdf = [&](DerWriter& kdf) {
    kdf.object_id(object_id::kPbkdf2);
    kdf.sequence([&](DerWriter& parameters) {
      write_salt(parameters);
      parameters.sequence([](DerWriter& prf) {
        prf.object_id(object_id::kHmacSha256);
        prf.null();
      });
    });
  };
  out.sequence([&](DerWriter& algorithm) {
    algorithm.object_id(object_id::kPbes2);
    algorithm.sequence([&](DerWriter& both) {
      both.sequence(write_kdf);
      both.sequence([&](DerWriter& encryption) {
        encryption.object_id(object_id::kAes256Cbc);
        encryption.octets(iv);
      });
    });
  });
}

Bytes random_bytes(std::size_t size) {
  Bytes bytes(size);
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
  return bytes;
}

std::optional<Secret> run_cipher(const EVP_CIPHER* cipher, bool encrypting, ByteView key,
                                 ByteView iv, ByteView input) {
  const CipherContextPtr context(EVP_CIPHER_CTX_new());
  if (!context || input.size() > std::numeric_limits<int>::max() - EVP_MAX_BLOCK_LENGTH ||
      key.size() != EVP_CIPHER_key_length(cipher) || iv.size() != EVP_CIPHER_iv_length(cipher)) {
    return std::nullopt;
  }
  Bytes out(input.size() + EVP_MAX_BLOCK_LENGTH);
  int size = 0;
  int last = 0;
  const bool done =
      EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), iv.data(), encrypting) == 1 &&
      EVP_CipherUpdate(context.get(), out.data(), &size, input.data(),
                       static_cast<int>(input.size())) == 1 &&
      EVP_CipherFinal_ex(context.get(), out.data() + size, &last) == 1;
  std::optional<Secret> result;
  if (done) result.emplace(ByteView(out).first(static_cast<std::size_t>(size + last)));
  wipe(out);
  if (!done) drain_library_errors();
  return result;
}

}  // namespace gatehouse::crypto
