#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include <openssl/aead.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/handles.h"

namespace gatehouse::tls {

// The secret from which every thread, and the program's successor, makes the same ticket keys.
// Wiped when it ends.
struct TicketSeed {
  std::array<std::uint8_t, 32> secret{};
  WallTime start{};         // of the first hour
  std::uint32_t epoch = 0;  // the hours after `start` that `secret` is for

  ~TicketSeed();
  static TicketSeed random(WallTime start);
  // As far ahead as opens all tickets that are valid at `now`, and none that are older.
  TicketSeed at(WallTime now) const;
  friend bool operator==(const TicketSeed&, const TicketSeed&) = default;
};

// Encrypts session tickets (RFC 8446 section 4.6.1, RFC 5077). The key changes every hour by a
// one-way step, so that a stolen key opens no older ticket; the previous one still opens. Threads
// step by their clocks and need no word of each other. Each ticket is bound to the context of its
// connection (profile, client authentication, name): it opens nowhere else.
class TicketKeys {
 public:
  static constexpr std::chrono::seconds kLife = std::chrono::hours{1};
  static constexpr std::size_t kOverhead = 4 + 12 + 16;

  TicketKeys(const TicketSeed& seed, const Clock& clock);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // `out` holds `in` and kOverhead bytes more. Returns the bytes written, 0 on failure.
  std::size_t seal(std::span<std::uint8_t> out, ByteView in, ByteView context);
  // Returns the bytes written, 0 if the ticket is not ours, too old, or of another context.
  std::size_t open(std::span<std::uint8_t> out, ByteView ticket, ByteView context);

 private:
  using Aead = std::unique_ptr<EVP_AEAD_CTX, crypto::Freer<EVP_AEAD_CTX_free>>;

  void step_to_now();
  void step();
  static Aead aead_of(const std::array<std::uint8_t, 32>& chain);
  const EVP_AEAD_CTX* key_of(std::uint32_t epoch) const;

  const Clock& clock_;
  WallTime start_;
  std::uint32_t epoch_;
  std::array<std::uint8_t, 32> chain_;
  Aead current_;
  Aead previous_;
};

}  // namespace gatehouse::tls
