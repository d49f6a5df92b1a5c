#include "certs/authority/authority.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

template <class Value>
struct Word {
  Value value;
  std::string_view text;
};

using crypto::KeyType;

constexpr std::array<Word<KeyType>, 6> kKeyTypes{{{KeyType::p256, "p256"},
                                                  {KeyType::p384, "p384"},
                                                  {KeyType::rsa2048, "rsa2048"},
                                                  {KeyType::rsa3072, "rsa3072"},
                                                  {KeyType::rsa4096, "rsa4096"},
                                                  {KeyType::ed25519, "ed25519"}}};

}  // namespace

std::string_view root_state_text(RootState state) {
  switch (state) {
    case RootState::next: return "next";
    case RootState::active: return "active";
    default: return "retired";
  }
}

std::string_view purpose_text(crypto::Purpose purpose) {
  return purpose == crypto::Purpose::server ? "server" : "client";
}

std::string_view key_type_text(KeyType type) {
  return std::ranges::find(kKeyTypes, type, &Word<KeyType>::value)->text;
}

std::optional<KeyType> key_type_of(std::string_view text) {
  const auto* word = std::ranges::find(kKeyTypes, text, &Word<KeyType>::text);
  if (word == kKeyTypes.end()) return std::nullopt;
  return word->value;
}

std::string AuthorityIssuer::text() const {
  return fmt::format("{} issuer {}.{}", purpose_text(purpose), root, number);
}

const AuthorityRoot& Authority::active_root() const {
  return *std::ranges::find(roots, RootState::active, &AuthorityRoot::state);
}

AuthorityRoot& Authority::active_root() {
  return *std::ranges::find(roots, RootState::active, &AuthorityRoot::state);
}

AuthorityRoot* Authority::next_root() {
  const auto found = std::ranges::find(roots, RootState::next, &AuthorityRoot::state);
  return found == roots.end() ? nullptr : &*found;
}

const AuthorityRoot* Authority::root(std::uint32_t number) const {
  const auto found = std::ranges::find(roots, number, &AuthorityRoot::number);
  return found == roots.end() ? nullptr : &*found;
}

const AuthorityIssuer* Authority::active_issuer(crypto::Purpose purpose) const {
  const auto found = std::ranges::find_if(issuers, [=](const AuthorityIssuer& issuer) {
    return issuer.active && issuer.purpose == purpose;
  });
  return found == issuers.end() ? nullptr : &*found;
}

std::optional<crypto::NameConstraints> Authority::constraints() const {
  return crypto::name_constraints_of(active_root().certificate);
}

std::uint32_t Authority::next_issuer_number(std::uint32_t root, crypto::Purpose purpose) const {
  const auto below = std::ranges::count_if(issuers, [=](const AuthorityIssuer& issuer) {
    return issuer.root == root && issuer.purpose == purpose;
  });
  return static_cast<std::uint32_t>(below) + 1;
}

}  // namespace gatehouse::certs
