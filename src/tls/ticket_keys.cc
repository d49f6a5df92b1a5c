#include "tls/ticket_keys.h"

#include <algorithm>
#include <cstring>

#include <openssl/digest.h>
#include <openssl/err.h>
#include <openssl/hkdf.h>
#include <openssl/mem.h>
#include <openssl/rand.h>

namespace gatehouse::tls {
namespace {

constexpr std::size_t kEpochBytes = 4;
constexpr std::size_t kNonceBytes = 12;

std::array<std::uint8_t, 32> derive(const std::array<std::uint8_t, 32>& from,
                                    std::string_view purpose) {
  std::array<std::uint8_t, 32> out{};
  // Cannot fail: the lengths are fixed.
  HKDF_expand(out.data(), out.size(), EVP_sha256(), from.data(), from.size(),
              reinterpret_cast<const std::uint8_t*>(purpose.data()), purpose.size());
  return out;
}

using Chain = std::array<std::uint8_t, 32>;

void step(Chain& chain) {
  auto next = derive(chain, "gatehouse next hour");
  chain = next;
  OPENSSL_cleanse(next.data(), next.size());
}

// Of one that was made at `start`; below 0 when the clock was set back.
std::int64_t epoch_at(WallTime now, WallTime start) { return (now - start) / TicketKeys::kLife; }

}  // namespace

TicketSeed::~TicketSeed() { OPENSSL_cleanse(secret.data(), secret.size()); }

TicketSeed TicketSeed::at(WallTime now) const {
  TicketSeed later = *this;
  for (const auto before = epoch_at(now, start) - 1; later.epoch < before; ++later.epoch) {
    step(later.secret);
  }
  return later;
}

TicketSeed TicketSeed::random(WallTime start) {
  TicketSeed seed;
  seed.start = start;
  RAND_bytes(seed.secret.data(), seed.secret.size());
  return seed;
}

TicketKeys::TicketKeys(const TicketSeed& seed, const Clock& clock)
    : clock_(clock),
      start_(seed.start),
      epoch_(seed.epoch),
      chain_(seed.secret),
      current_(aead_of(chain_)) {}

TicketKeys::~TicketKeys() { OPENSSL_cleanse(chain_.data(), chain_.size()); }

TicketKeys::Aead TicketKeys::aead_of(const std::array<std::uint8_t, 32>& chain) {
  auto key = derive(chain, "gatehouse ticket");
  Aead aead(EVP_AEAD_CTX_new(EVP_aead_aes_256_gcm_siv(), key.data(), key.size(), 16));
  OPENSSL_cleanse(key.data(), key.size());
  return aead;
}

void TicketKeys::step() {
  tls::step(chain_);
  previous_ = std::move(current_);
  current_ = aead_of(chain_);
  ++epoch_;
}

void TicketKeys::step_to_now() {
  // A clock set back keeps the newest key: an old one is gone for good.
  for (const auto now = epoch_at(clock_.wall(), start_); epoch_ < now;) step();
}

const EVP_AEAD_CTX* TicketKeys::key_of(std::uint32_t epoch) const {
  if (epoch == epoch_) return current_.get();
  return epoch + 1 == epoch_ ? previous_.get() : nullptr;
}

std::size_t TicketKeys::seal(std::span<std::uint8_t> out, ByteView in, ByteView context) {
  if (out.size() < in.size() + kOverhead) return 0;
  step_to_now();
  // The plain text may be where the ticket goes.
  std::memmove(out.data() + kEpochBytes + kNonceBytes, in.data(), in.size());
  std::memcpy(out.data(), &epoch_, kEpochBytes);
  std::uint8_t* nonce = out.data() + kEpochBytes;
  RAND_bytes(nonce, kNonceBytes);
  std::uint8_t* text = nonce + kNonceBytes;
  std::size_t sealed = 0;
  if (EVP_AEAD_CTX_seal(current_.get(), text, &sealed, in.size() + 16, nonce, kNonceBytes, text,
                        in.size(), context.data(), context.size()) != 1) {
    return 0;
  }
  return kEpochBytes + kNonceBytes + sealed;
}

std::size_t TicketKeys::open(std::span<std::uint8_t> out, ByteView ticket, ByteView context) {
  if (ticket.size() < kOverhead) return 0;
  step_to_now();
  std::uint32_t epoch = 0;
  std::memcpy(&epoch, ticket.data(), kEpochBytes);
  const EVP_AEAD_CTX* key = key_of(epoch);
  if (key == nullptr) return 0;
  std::array<std::uint8_t, kNonceBytes> nonce{};
  std::ranges::copy(ticket.subspan(kEpochBytes, kNonceBytes), nonce.begin());
  const ByteView text = ticket.subspan(kEpochBytes + kNonceBytes);
  if (out.size() < text.size()) return 0;
  std::memmove(out.data(), text.data(), text.size());
  std::size_t opened = 0;
  if (EVP_AEAD_CTX_open(key, out.data(), &opened, out.size(), nonce.data(), nonce.size(),
                        out.data(), text.size(), context.data(), context.size()) != 1) {
    // A ticket that does not open is no error: left here, it would end the handshake.
    ERR_clear_error();
    return 0;
  }
  return opened;
}

}  // namespace gatehouse::tls
