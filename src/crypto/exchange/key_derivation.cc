#include "crypto/exchange/key_derivation.h"

#include <algorithm>

#include "crypto/exchange/wipe.h"
#include "crypto/handles.h"

namespace gatehouse::crypto {
namespace {

using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;

// Bytes that are wiped at the end of their scope and never move.
class Scratch {
 public:
  explicit Scratch(std::size_t size) : bytes_(size) {}
  ~Scratch() { wipe(bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::uint8_t* data() { return bytes_.data(); }
  std::span<std::uint8_t> span() { return bytes_; }
  ByteView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

bool digest_of(EVP_MD_CTX* context, const EVP_MD* digest, ByteView first, ByteView second,
               std::uint8_t* out) {
  return EVP_DigestInit_ex(context, digest, nullptr) == 1 &&
         EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
         EVP_DigestUpdate(context, second.data(), second.size()) == 1 &&
         EVP_DigestFinal_ex(context, out, nullptr) == 1;
}

// Hashes the output of the first round again, `rounds - 1` times, in place.
bool digest_again(EVP_MD_CTX* context, const EVP_MD* digest, std::span<std::uint8_t> value,
                  std::uint32_t rounds) {
  for (std::uint32_t round = 1; round < rounds; ++round) {
    if (!digest_of(context, digest, value, {}, value.data())) return false;
  }
  return true;
}

void fill_repeating(std::span<std::uint8_t> target, ByteView pattern) {
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = pattern[i % pattern.size()];
}

std::size_t rounded_up(std::size_t size, std::size_t block) {
  return (size + block - 1) / block * block;
}

// Step 6C: each block of `input` plus `addend` plus 1, as big-endian numbers.
void add_to_blocks(std::span<std::uint8_t> input, ByteView addend) {
  const std::size_t block = addend.size();
  for (std::size_t start = 0; start < input.size(); start += block) {
    unsigned carry = 1;
    for (std::size_t i = block; i-- > 0;) {
      carry += input[start + i] + unsigned{addend[i]};
      input[start + i] = static_cast<std::uint8_t>(carry & 0xff);
      carry >>= 8;
    }
  }
}

const char* as_chars(ByteView bytes) { return reinterpret_cast<const char*>(bytes.data()); }

}  // namespace

std::optional<Secret> derive_pkcs12(const EVP_MD* digest, Pkcs12Use use, ByteView wide,
                                    const Salted& salted, std::size_t size) {
  const std::size_t block = EVP_MD_block_size(digest);
  const std::size_t digest_size = EVP_MD_size(digest);
  const Bytes diversifier(block, static_cast<std::uint8_t>(use));
  const std::size_t salt_size = rounded_up(salted.salt.size(), block);
  Scratch input(salt_size + rounded_up(wide.size(), block));
  fill_repeating(input.span().first(salt_size), salted.salt);
  fill_repeating(input.span().subspan(salt_size), wide);

  const DigestContextPtr context(EVP_MD_CTX_new());
  Scratch value(digest_size);
  Scratch addend(block);
  Scratch out(rounded_up(size, digest_size));
  for (std::size_t at = 0; at < size; at += digest_size) {
    if (!context || !digest_of(context.get(), digest, diversifier, input.view(), value.data()) ||
        !digest_again(context.get(), digest, value.span(), salted.rounds)) {
      return std::nullopt;
    }
    std::ranges::copy(value.view(), out.span().begin() + static_cast<std::ptrdiff_t>(at));
    fill_repeating(addend.span(), value.view());
    add_to_blocks(input.span(), addend.view());
  }
  return Secret(out.view().first(size));
}

std::optional<Secret> derive_pbkdf1(const EVP_MD* digest, ByteView passphrase, const Salted& salted,
                                    std::size_t size) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  Scratch value(EVP_MD_size(digest));
  if (!context || size > value.view().size() ||
      !digest_of(context.get(), digest, passphrase, salted.salt, value.data()) ||
      !digest_again(context.get(), digest, value.span(), salted.rounds)) {
    return std::nullopt;
  }
  return Secret(value.view().first(size));
}

std::optional<Secret> derive_pbkdf2(const EVP_MD* digest, ByteView passphrase, const Salted& salted,
                                    std::size_t size) {
  Scratch out(size);
  if (PKCS5_PBKDF2_HMAC(as_chars(passphrase), passphrase.size(), salted.salt.data(),
                        salted.salt.size(), salted.rounds, digest, size, out.data()) != 1) {
    return std::nullopt;
  }
  return Secret(out.view());
}

std::optional<Secret> derive_dek_info(ByteView passphrase, ByteView salt, std::size_t size) {
  constexpr std::size_t kSaltSize = 8;
  const EVP_CIPHER* cipher = EVP_aes_256_cbc();  // the longest key; the rest is cut off
  Scratch longest(EVP_CIPHER_key_length(cipher));
  if (salt.size() < kSaltSize || size > longest.view().size() ||
      EVP_BytesToKey(cipher, EVP_md5(), salt.data(), passphrase.data(), passphrase.size(), 1,
                     longest.data(), nullptr) == 0) {
    return std::nullopt;
  }
  return Secret(longest.view().first(size));
}

}  // namespace gatehouse::crypto
