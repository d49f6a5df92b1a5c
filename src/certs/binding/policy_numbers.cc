#include "certs/binding/policy_numbers.h"

namespace gatehouse::certs {
namespace {

// Those without client authentication are the same in every process, too.
constexpr std::uint32_t kProfiles = 3;

}  // namespace

std::uint32_t PolicyNumbers::number(tls::Profile profile, std::string_view client_authentication) {
  const auto plain = static_cast<std::uint32_t>(profile);
  if (client_authentication.empty()) return plain;
  std::string meaning{static_cast<char>('0' + plain)};
  meaning += client_authentication;
  const auto next = static_cast<std::uint32_t>(kProfiles + numbers_.size());
  return numbers_.try_emplace(std::move(meaning), next).first->second;
}

}  // namespace gatehouse::certs
