#include "crypto/exchange/unlocker.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/exchange/der.h"

namespace gatehouse::crypto {
namespace {

using Kind = ReadFailure::Kind;

std::vector<PassphraseSpelling> spellings_for(const Passphrase* passphrase) {
  if (passphrase != nullptr) return spellings_of(*passphrase);
  return spellings_of(Passphrase::parse("").value());
}

}  // namespace

Unlocker::Unlocker(const Passphrase* passphrase, std::uint64_t rounds)
    : given_(passphrase != nullptr && !passphrase->empty()),
      spellings_(spellings_for(passphrase)),
      budget_(rounds) {}

Read<Secret> Unlocker::open(std::string_view what, ByteView algorithm, ByteView encrypted,
                            Fits fits) {
  const auto scheme = EncryptionScheme::parse(algorithm);
  if (!scheme) return std::unexpected(scheme.error());
  std::optional<Secret> plain;
  auto proved =
      prove(what, scheme->form(), scheme->work(), [&](const PassphraseSpelling& spelling) {
        plain = scheme->decrypt(encrypted, spelling);
        return plain && fits(plain->view());
      });
  if (!proved) return pass_on(proved);
  return std::move(*plain);
}

Read<Ok> Unlocker::prove(std::string_view what, Secret PassphraseSpelling::* form,
                         std::uint64_t work,
                         const std::function<bool(const PassphraseSpelling&)>& fits) {
  for (auto spelling = spellings_.begin(); spelling != spellings_.end(); ++spelling) {
    const bool tried = std::any_of(spellings_.begin(), spelling, [&](const auto& earlier) {
      return std::ranges::equal((earlier.*form).view(), ((*spelling).*form).view());
    });
    if (tried) continue;
    if (!budget_.take(work)) {
      return not_read(Kind::too_large,
                      fmt::format("{} asks for too much work to turn the passphrase into a key: "
                                  "export the file again with at most 600,000 rounds",
                                  what));
    }
    if (!fits(*spelling)) continue;
    opened_ = true;
    std::rotate(spellings_.begin(), spelling, spelling + 1);
    return Ok{};
  }
  return refused(what);
}

std::unexpected<ReadFailure> Unlocker::refused(std::string_view what) const {
  if (!given_) {
    return not_read(Kind::passphrase_missing,
                    fmt::format("{} is protected by a passphrase: give it", what));
  }
  return not_read(Kind::passphrase_wrong,
                  fmt::format("the passphrase does not open {}: check its case, the keyboard and "
                              "spaces at its end",
                              what));
}

bool is_one_sequence(ByteView plain) {
  Der in(plain);
  return in.sequence().has_value() && in.done();
}

}  // namespace gatehouse::crypto
