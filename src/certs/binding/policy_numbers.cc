#include "certs/binding/policy_numbers.h"

#include "crypto/digest.h"

namespace gatehouse::certs {
namespace {

// Set in the numbers of policies with client authentication; the others are small.
constexpr std::uint32_t kGuarded = std::uint32_t{1} << 31;

std::uint32_t number_of(std::string_view meaning) {
  const crypto::Sha256 digest = crypto::sha256(as_bytes(meaning));
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8 | digest[i];
  return number | kGuarded;
}

}  // namespace

std::uint32_t PolicyNumbers::number(tls::Profile profile, std::string_view client_authentication) {
  const auto plain = static_cast<std::uint32_t>(profile);
  if (client_authentication.empty()) return plain;
  std::string meaning{static_cast<char>('0' + plain)};
  meaning += client_authentication;
  std::uint32_t number = number_of(meaning);
  // Two meanings of one digest: the later one takes the next number.
  while (meanings_.try_emplace(number, meaning).first->second != meaning) {
    number = (number + 1) | kGuarded;
  }
  return number;
}

}  // namespace gatehouse::certs
