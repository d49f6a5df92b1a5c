#include "crypto/sealing_key.h"

#include <new>

#include <fmt/format.h>
#include <openssl/mem.h>

#include "crypto/library_error.h"
#include "crypto/random.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;
static_assert(kNonce + kTag == SealingKey::kOverhead);

}  // namespace

Result<SealingKey> SealingKey::from(const Secret& bytes) {
  if (bytes.view().size() != kBytes) {
    return fail(
        Fault::operator_input,
        fmt::format("a key of {} bytes was given where {} are needed", bytes.view().size(), kBytes),
        ErrorKind::invalid);
  }
  ContextPtr context(
      EVP_AEAD_CTX_new(EVP_aead_aes_256_gcm_siv(), bytes.view().data(), kBytes, kTag));
  if (!context) throw std::bad_alloc();
  return SealingKey(std::move(context));
}

Bytes SealingKey::seal(const Secret& secret, ByteView additional) const {
  const ByteView plain = secret.view();
  Bytes sealed(plain.size() + kOverhead);
  fill_random(std::span(sealed).first(kNonce));
  std::size_t size = 0;
  if (EVP_AEAD_CTX_seal(context_.get(), sealed.data() + kNonce, &size, sealed.size() - kNonce,
                        sealed.data(), kNonce, plain.data(), plain.size(), additional.data(),
                        additional.size()) != 1) {
    throw std::bad_alloc();  // sizes are right, so only memory can be missing
  }
  return sealed;
}

std::optional<Secret> SealingKey::open(ByteView sealed, ByteView additional) const {
  if (sealed.size() < kOverhead) return std::nullopt;
  Bytes plain(sealed.size() - kNonce);
  std::size_t size = 0;
  const bool whole =
      EVP_AEAD_CTX_open(context_.get(), plain.data(), &size, plain.size(), sealed.data(), kNonce,
                        sealed.data() + kNonce, sealed.size() - kNonce, additional.data(),
                        additional.size()) == 1;
  if (!whole) drain_library_errors();
  std::optional<Secret> secret;
  if (whole) secret.emplace(ByteView(plain).first(size));
  OPENSSL_cleanse(plain.data(), plain.size());
  return secret;
}

}  // namespace gatehouse::crypto
