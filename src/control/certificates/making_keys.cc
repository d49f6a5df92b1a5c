#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "control/certificates/certificate_messages.h"
#include "control/certificates/making.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;
using crypto::KeyType;
using crypto::PrivateKey;

constexpr unsigned kUsualDays = 90;
constexpr unsigned kMostDays = 10 * 365;
constexpr int kMostNames = 100;
// Clocks of devices are often a little behind.
constexpr auto kBackdated = 1h;

constexpr std::array<std::string_view, 6> kKeyTypes{"p256",    "p384",    "rsa2048",
                                                    "rsa3072", "rsa4096", "ed25519"};
constexpr std::array kTypes{KeyType::p256,    KeyType::p384,    KeyType::rsa2048,
                            KeyType::rsa3072, KeyType::rsa4096, KeyType::ed25519};

std::unexpected<Error> usage(std::string what) {
  return fail(Fault::client, std::move(what), ErrorKind::usage);
}

Result<KeyType> key_type_of(std::string_view text) {
  if (text.empty()) return KeyType::p256;
  const auto* found = std::ranges::find(kKeyTypes, text);
  if (found != kKeyTypes.end()) {
    return kTypes.at(static_cast<std::size_t>(found - kKeyTypes.begin()));
  }
  return usage(fmt::format(
      "\"{}\" is no type of key.{} There are: p256, p384, rsa2048, rsa3072, rsa4096, ed25519.",
      printable(text), did_you_mean(text, kKeyTypes)));
}

// What both requests say.
struct Wishes {
  std::vector<NamePattern> names;
  std::string common_name;
  std::string organization;
  std::optional<certs::RecordName> name;
  certs::Owner owner = certs::Owner::machine();
  crypto::Purpose purpose = crypto::Purpose::server;
  KeyType key_type = KeyType::p256;
};

Result<std::vector<NamePattern>> names_of(
    const google::protobuf::RepeatedPtrField<std::string>& texts) {
  if (texts.size() > kMostNames) {
    return usage(fmt::format("A certificate is made for at most {} names.", kMostNames));
  }
  std::vector<NamePattern> names;
  for (const std::string& text : texts) {
    auto name = NamePattern::parse(text);
    if (!name) return pass_on(name);
    names.push_back(std::move(*name));
  }
  return names;
}

Result<Ok> check_subject(const Wishes& wishes) {
  if (wishes.purpose == crypto::Purpose::server && wishes.names.empty()) {
    return usage(
        "Say for which servers the certificate is: clients look at its names and addresses only.");
  }
  if (!wishes.names.empty() || !wishes.common_name.empty()) return Ok{};
  return usage("Say for whom the certificate is: give names, or a common name.");
}

template <class Request>
Result<Wishes> wishes_of(const Request& request) {
  Wishes wishes;
  auto names = names_of(request.names());
  if (!names) return pass_on(names);
  wishes.names = std::move(*names);
  auto role = role_of(request.role());
  if (!role) return pass_on(role);
  if (*role == certs::Role::client) wishes.purpose = crypto::Purpose::client;
  auto owner = owner_named(request.owner());
  if (!owner) return pass_on(owner);
  wishes.owner = std::move(*owner);
  auto type = key_type_of(request.key_type());
  if (!type) return pass_on(type);
  wishes.key_type = *type;
  if (!request.name().empty()) {
    auto name = certs::RecordName::parse(request.name());
    if (!name) return pass_on(name);
    wishes.name = std::move(*name);
  }
  wishes.common_name = request.common_name();
  wishes.organization = request.organization();
  if (auto subject = check_subject(wishes); !subject) return pass_on(subject);
  if (wishes.common_name.empty()) wishes.common_name = wishes.names.front().text();
  return wishes;
}

Result<unsigned> days_of(const api::CreateCertificateRequest& request) {
  if (request.days() == 0) return kUsualDays;
  if (request.days() <= kMostDays) return request.days();
  return usage(fmt::format("A certificate lives for 1 to {} days.", kMostDays));
}

}  // namespace

Result<NewIdentity> make_self_signed(const api::CreateCertificateRequest& request, WallTime now) {
  auto wishes = wishes_of(request);
  if (!wishes) return pass_on(wishes);
  auto days = days_of(request);
  if (!days) return pass_on(days);
  auto key = PrivateKey::generate(wishes->key_type);
  if (!key) return pass_on(key);
  crypto::CertificateSpec spec;
  spec.common_name = std::move(wishes->common_name);
  spec.organization = std::move(wishes->organization);
  spec.names = std::move(wishes->names);
  spec.not_before = now - kBackdated;
  spec.not_after = now + std::chrono::days(*days);
  spec.purpose = wishes->purpose;
  auto certificate = crypto::issue_self_signed(spec, *key);
  if (!certificate) return pass_on(certificate);
  return NewIdentity{{{std::move(*certificate)}, std::move(*key)},
                     std::move(wishes->name),
                     std::move(wishes->owner)};
}

Result<certs::NewRequest> make_request(const api::RequestCertificateRequest& request) {
  auto wishes = wishes_of(request);
  if (!wishes) return pass_on(wishes);
  auto key = PrivateKey::generate(wishes->key_type);
  if (!key) return pass_on(key);
  auto made = crypto::CertificateRequest::make({.common_name = wishes->common_name,
                                                .organization = wishes->organization,
                                                .names = wishes->names,
                                                .purpose = wishes->purpose},
                                               *key);
  if (!made) return pass_on(made);
  certs::RecordName name =
      wishes->name ? *wishes->name : certs::RecordName::nearest(wishes->common_name);
  return certs::NewRequest{std::move(*made), std::move(*key), std::move(name),
                           std::move(wishes->owner)};
}

}  // namespace gatehouse::control
