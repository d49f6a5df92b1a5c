#include "control/authorities/wishes.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.h"
#include "certs/issuer/permitted_names.h"
#include "crypto/exchange/passphrase_strength.h"

namespace gatehouse::control {
namespace {

using certs::IssueRequest;
using crypto::KeyType;
using crypto::Purpose;

constexpr std::uint32_t kMostYears = 40;
// Apple's systems take no server certificate that lives longer.
constexpr std::uint32_t kMostLeafDays = 825;
constexpr std::size_t kMostNames = 100;
constexpr std::size_t kLongestCommonName = 64;  // X.520

std::unexpected<Error> usage(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::usage);
}

Result<std::chrono::days> days(std::uint32_t given, std::chrono::days otherwise, std::uint32_t most,
                               std::string_view what) {
  if (given == 0) return otherwise;
  if (given <= most) return std::chrono::days{given};
  return usage(fmt::format("{} lives at most {} days", what, most));
}

Result<KeyType> key_type(const std::string& text) {
  if (text.empty()) return KeyType::p256;
  if (const auto type = certs::key_type_of(text)) return *type;
  return usage(fmt::format(
      "\"{}\" is no type of key: there are p256, p384, rsa2048, rsa3072, rsa4096 and ed25519",
      text));
}

Result<Purpose> purpose(const std::string& role) {
  if (role.empty() || role == certs::role_text(certs::Role::server)) return Purpose::server;
  if (role == certs::role_text(certs::Role::client)) return Purpose::client;
  return usage(fmt::format("\"{}\" is neither serverAuth nor clientAuth", role));
}

Result<std::optional<crypto::NameConstraints>> constraints(const api::InitAuthorityRequest& request,
                                                           const certs::MachineNames& machine) {
  if (request.unconstrained()) {
    if (request.permitted().empty()) return std::optional<crypto::NameConstraints>();
    return usage("a CA is either limited to names, or without any limit");
  }
  if (request.permitted().empty()) return certs::constraints_for(machine);
  auto parsed = certs::parse_permitted(fmt::format("{}", fmt::join(request.permitted(), ",")));
  if (!parsed) return pass_on(parsed);
  return std::move(*parsed);
}

Result<certs::AuthorityLives> lives(const api::InitAuthorityRequest& request) {
  const certs::AuthorityLives usual;
  auto root = days(request.root_days(), usual.root, kMostYears * 366, "a root");
  auto issuer = days(request.issuer_days(), usual.issuer, kMostYears * 366, "an issuer");
  auto leaf = days(request.leaf_days(), usual.leaf, kMostLeafDays, "a certificate");
  if (!root) return pass_on(root);
  if (!issuer) return pass_on(issuer);
  if (!leaf) return pass_on(leaf);
  return certs::AuthorityLives{*root, *issuer, *leaf};
}

bool is_common_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestCommonName && text.front() != ' ' &&
         text.back() != ' ' && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

// A client is called by its common name; it speaks for the hosts that are named behind it.
Result<IssueRequest> for_clients(std::span<const std::string> names) {
  if (!is_common_name(names.front())) {
    return usage(fmt::format("the name of a client has 1 to {} characters", kLongestCommonName));
  }
  IssueRequest wanted{.common_name = names.front(), .names = {}, .purpose = Purpose::client};
  for (const auto& text : names.subspan(1)) {
    auto name = NamePattern::parse(text);
    if (!name) return pass_on(name);
    wanted.names.push_back(std::move(*name));
  }
  return wanted;
}

Result<IssueRequest> for_servers(std::span<const std::string> names) {
  IssueRequest wanted{.common_name = {}, .names = {}};
  for (const auto& text : names) {
    auto name = NamePattern::parse(text);
    if (!name) return pass_on(name);
    if (std::ranges::find(wanted.names, *name) != wanted.names.end()) continue;
    wanted.names.push_back(std::move(*name));
  }
  wanted.common_name = wanted.names.front().text();
  return wanted;
}

}  // namespace

Result<certs::NewAuthority> wanted_authority(const api::InitAuthorityRequest& request,
                                             const certs::MachineNames& machine) {
  auto name = certs::AuthorityName::parse(request.name());
  if (name && name->is_machine()) {
    return fail(
        Fault::operator_input,
        "the CA \"machine\" is the one that gatehouse makes for itself: choose another name "
        "for yours",
        ErrorKind::not_permitted);
  }
  if (!name) return pass_on(name);
  auto permitted = constraints(request, machine);
  if (!permitted) return pass_on(permitted);
  auto type = key_type(request.key_type());
  if (!type) return pass_on(type);
  if (*type == KeyType::ed25519) {
    return usage(
        "browsers and most other clients take no CA with an Ed25519 key: leave --key-type out, or "
        "say p384 or rsa3072");
  }
  auto lived = lives(request);
  if (!lived) return pass_on(lived);
  return certs::NewAuthority{.name = std::move(*name),
                             .host = machine.short_name ? machine.short_name->text() : "localhost",
                             .constraints = std::move(*permitted),
                             .key_type = *type,
                             .lives = *lived};
}

Result<Purpose> wanted_purpose(const api::IssueRequest& request) { return purpose(request.role()); }

Result<std::optional<std::chrono::seconds>> wanted_life(const api::IssueRequest& request) {
  const auto life = days(request.days(), std::chrono::days{0}, kMostLeafDays, "a certificate");
  if (!life) return std::unexpected(life.error());
  if (request.days() == 0) return std::optional<std::chrono::seconds>();
  return *life;
}

Result<IssueRequest> wanted_for(Purpose purpose, std::span<const std::string> names) {
  if (names.size() > kMostNames) return usage(fmt::format("at most {} names at once", kMostNames));
  return purpose == Purpose::server ? for_servers(names) : for_clients(names);
}

Result<std::vector<IssueRequest>> wanted_certificates(const api::IssueRequest& request) {
  const auto role = purpose(request.role());
  if (!role) return std::unexpected(role.error());
  const auto type = key_type(request.key_type());
  if (!type) return std::unexpected(type.error());
  const auto life = wanted_life(request);
  if (!life) return std::unexpected(life.error());
  const std::vector<std::string> names(request.names().begin(), request.names().end());
  if (names.empty()) return usage("say for whom: a name, an address, or what a client is called");
  if (names.size() > kMostNames) return usage(fmt::format("at most {} names at once", kMostNames));

  std::vector<IssueRequest> all;
  const std::size_t step = request.each() ? 1 : names.size();
  for (std::size_t i = 0; i < names.size(); i += step) {
    const std::span<const std::string> some(names.data() + i, step);
    auto wanted = *role == Purpose::server ? for_servers(some) : for_clients(some);
    if (!wanted) return pass_on(wanted);
    wanted->key_type = *type;
    wanted->life = *life;
    all.push_back(std::move(*wanted));
  }
  return all;
}

Result<crypto::RevocationReason> wanted_reason(const std::string& text) {
  if (text.empty()) return crypto::RevocationReason::unspecified;
  if (const auto reason = crypto::revocation_reason_of(text)) return *reason;
  const auto all = crypto::revocation_reasons();
  return usage(fmt::format("\"{}\" is no reason for a revocation: there are {}.{}", text,
                           fmt::join(all, ", "), did_you_mean(text, all)));
}

Result<crypto::Passphrase> wanted_passphrase(const std::string& text) {
  auto passphrase = crypto::Passphrase::parse(text);
  if (!passphrase) return passphrase;
  if (passphrase->empty()) {
    return usage("a key leaves this machine encrypted only: give a passphrase with it");
  }
  const auto estimate = crypto::estimate_passphrase(*passphrase);
  if (estimate.strong()) return passphrase;
  return usage(fmt::format("the passphrase is too easy to guess: {}", estimate.advice));
}

Result<std::string> wanted_digits(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c == ' ' || c == ':' || c == '-') continue;
    digits += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (digits.find_first_not_of("0123456789abcdef") == std::string::npos) return digits;
  return usage("a thumbprint has hexadecimal digits only");
}

}  // namespace gatehouse::control
