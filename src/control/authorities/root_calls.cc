#include <fmt/format.h>

#include "api/secrets.h"
#include "control/authorities/live_authority_desk.h"
#include "control/authorities/wishes.h"
#include "control/messages.h"
#include "crypto/exchange/bundle.h"
#include "crypto/exchange/pkcs12_writer.h"

// What the desk does with roots: the next one, and the key of one off the machine and back.
namespace gatehouse::control {
namespace {

std::unexpected<Error> refused(std::string what, ErrorKind kind = ErrorKind::invalid) {
  return fail(Fault::operator_input, std::move(what), kind);
}

// The key of this certificate in a file that somebody has brought.
Result<crypto::PrivateKey> key_in(ByteView file, const crypto::Passphrase& passphrase,
                                  const crypto::Certificate& certificate) {
  auto bundle = crypto::read_bundle(file, &passphrase);
  if (!bundle) return std::unexpected(std::move(bundle.error().error));
  for (auto& one : bundle->keys) {
    if (certificate.matches(one.key)) return std::move(one.key);
  }
  return refused(fmt::format("the key of {} is not in the file", certificate.subject()));
}

std::string key_name(const certs::Authority& authority, std::uint32_t root) {
  return fmt::format("CA {} root {}", authority.name.text(), root);
}

}  // namespace

LiveAuthorityDesk::Answer<api::RotateAuthorityResponse> LiveAuthorityDesk::rotate(
    api::RotateAuthorityRequest request, Caller caller) {
  auto found = co_await authority(request.name());
  if (!found) co_return pass_on(found);
  api::RotateAuthorityResponse response;
  if (!request.dry_run()) {
    const auto machine = parts_.machine_names();
    auto constraints = next_constraints(found->name);
    if (!constraints) co_return pass_on(constraints);
    const auto told = cause(caller, request.why(), "ca rotate");
    auto next =
        request.issuers()
            ? co_await parts_.authorities.renew_issuers(found->name, told, deadline())
            : co_await parts_.authorities.add_next_root(
                  found->name, machine.short_name ? machine.short_name->text() : "localhost", told,
                  deadline(), std::move(*constraints));
    if (!next) co_return pass_on(next);
    found = std::move(next);
    if (parts_.roots_changed) parts_.roots_changed();
  } else if (request.issuers()) {
    auto key =
        co_await parts_.authorities.root_identity(*found, found->active_root().number, deadline());
    if (!key) co_return pass_on(key);
    response.add_notes("An issuer for servers and one for clients would take over.");
  } else {
    if (found->next_root() != nullptr) {
      co_return refused("there is a next root already", ErrorKind::conflict);
    }
    response.add_notes("A next root would be made, to be trusted before it signs anything.");
  }
  auto shown = co_await row(std::move(*found));
  if (!shown) co_return pass_on(shown);
  *response.mutable_authority() = std::move(*shown);
  co_return response;
}

// None: those of the root before.
Result<std::optional<crypto::NameConstraints>> LiveAuthorityDesk::next_constraints(
    const certs::AuthorityName& name) const {
  if (!name.is_machine() || !parts_.machine_constraints) {
    return std::optional<crypto::NameConstraints>();
  }
  auto constraints = parts_.machine_constraints();
  if (!constraints) return pass_on(constraints);
  return std::optional(std::move(*constraints));
}

LiveAuthorityDesk::Answer<api::TrustRootResponse> LiveAuthorityDesk::trust(
    api::TrustRootRequest request, Caller caller) {
  auto found = co_await authority(request.name());
  if (!found) co_return pass_on(found);
  auto digits = wanted_digits(request.sha256());
  if (!digits) co_return pass_on(digits);
  api::TrustRootResponse response;
  if (request.dry_run()) {
    const auto* next = found->next_root();
    if (next == nullptr) co_return refused("there is no next root", ErrorKind::conflict);
    response.add_notes(fmt::format(
        "Root {} would sign from now on, and devices that do not trust it would refuse what is "
        "issued then.",
        next->number));
  } else {
    auto next = co_await parts_.authorities.trust_next_root(
        found->name, std::move(*digits), cause(caller, request.why(), "ca rotate --trusted"),
        deadline());
    if (!next) co_return pass_on(next);
    found = std::move(next);
    if (parts_.roots_changed) parts_.roots_changed();
    parts_.events.info(
        "Another root of a CA signs from now on.",
        {{"ca", found->name.text()}, {"root", found->active_root().number}, {"who", who(caller)}});
    auto note = co_await follow_machine(found->name, "another root of the machine's CA", caller);
    if (note) response.add_notes(*note);
  }
  auto shown = co_await row(std::move(*found));
  if (!shown) co_return pass_on(shown);
  *response.mutable_authority() = std::move(*shown);
  co_return response;
}

// ------------------------------------------------------------------ the root's key

LiveAuthorityDesk::Answer<api::DetachRootResponse> LiveAuthorityDesk::detach(
    api::DetachRootRequest request, Caller caller) {
  auto found = co_await authority(request.name());
  if (!found) co_return pass_on(found);
  if (request.root() == 0) request.set_root(found->active_root().number);
  const auto* next = found->next_root();
  if (next != nullptr && next->number == request.root()) {
    co_return refused(
        fmt::format("the key of root {} is needed here until it is trusted: gatehouse ca rotate {} "
                    "--trusted",
                    next->number, found->name.text()),
        ErrorKind::conflict);
  }
  if (request.written().empty()) {
    co_return co_await take_off(std::move(*found), std::move(request), std::move(caller));
  }
  co_return co_await erase(std::move(*found), std::move(request), std::move(caller));
}

LiveAuthorityDesk::Answer<api::DetachRootResponse> LiveAuthorityDesk::take_off(
    certs::Authority authority, api::DetachRootRequest request, Caller caller) {
  auto root = co_await parts_.authorities.root_identity(authority, request.root(), deadline());
  if (!root) co_return pass_on(root);
  auto passphrase = wanted_passphrase(request.passphrase());
  api::wipe_secrets(request);
  if (!passphrase) co_return pass_on(passphrase);
  api::DetachRootResponse response;
  add(*authority.root(request.root()), *response.mutable_root());
  if (request.dry_run()) co_return response;
  auto file = crypto::write_pkcs12(*root, {.friendly_name = key_name(authority, request.root())},
                                   *passphrase);
  if (!file) co_return pass_on(file);
  parts_.events.warn("The key of a CA's root was handed out, encrypted.",
                     {{"ca", authority.name.text()},
                      {"root", request.root()},
                      {"sha256", response.root().sha256()},
                      {"who", who(caller)}});
  response.set_pkcs12(std::string(as_text(file->view())));
  co_return response;
}

LiveAuthorityDesk::Answer<api::DetachRootResponse> LiveAuthorityDesk::erase(
    certs::Authority authority, api::DetachRootRequest request, Caller caller) {
  const auto* root = authority.root(request.root());
  if (root == nullptr || !root->key) {
    co_return refused("the key is not on this machine", ErrorKind::not_found);
  }
  auto passphrase = wanted_passphrase(request.passphrase());
  if (!passphrase) co_return pass_on(passphrase);
  auto key = key_in(as_bytes(request.written()), *passphrase, root->certificate);
  api::wipe_secrets(request);
  if (!key) co_return pass_on(key);
  auto without = co_await parts_.authorities.erase_root_key(
      authority.name, request.root(), cause(caller, request.why(), "ca detach"), deadline());
  if (!without) co_return pass_on(without);
  parts_.events.info(
      "The key of a CA's root was taken off this machine.",
      {{"ca", authority.name.text()}, {"root", request.root()}, {"who", who(caller)}});
  api::DetachRootResponse response;
  response.set_erased(true);
  add(*without->root(request.root()), *response.mutable_root());
  co_return response;
}

LiveAuthorityDesk::Answer<api::AttachRootResponse> LiveAuthorityDesk::attach(
    api::AttachRootRequest request, Caller caller) {
  auto found = co_await authority(request.name());
  if (!found) co_return pass_on(found);
  auto passphrase = crypto::Passphrase::parse(request.passphrase());
  if (!passphrase) co_return pass_on(passphrase);
  auto bundle = crypto::read_bundle(as_bytes(request.file()), &*passphrase);
  api::wipe_secrets(request);
  if (!bundle) co_return std::unexpected(std::move(bundle.error().error));
  for (const auto& root : found->roots) {
    for (auto& one : bundle->keys) {
      if (!root.certificate.matches(one.key)) continue;
      const auto number = root.number;
      if (!request.dry_run()) {
        auto with = co_await parts_.authorities.put_root_key(
            found->name, number, std::move(one.key), cause(caller, request.why(), "ca attach"),
            deadline());
        if (!with) co_return pass_on(with);
        parts_.events.info("The key of a CA's root was brought back to this machine.",
                           {{"ca", found->name.text()}, {"root", number}, {"who", who(caller)}});
        found = std::move(with);
      }
      api::AttachRootResponse response;
      add(*found->root(number), *response.mutable_root());
      co_return response;
    }
  }
  co_return refused(
      fmt::format("no key in the file belongs to a root of the CA {}", found->name.text()));
}

}  // namespace gatehouse::control
