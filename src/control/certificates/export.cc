#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/secrets.h"
#include "base/json_text.h"
#include "control/certificates/certificate_messages.h"
#include "control/certificates/finding.h"
#include "control/certificates/live_certificate_desk.h"
#include "control/messages.h"
#include "crypto/exchange/bundle.h"
#include "crypto/exchange/key_writer.h"
#include "crypto/exchange/passphrase_strength.h"
#include "crypto/exchange/pkcs12_writer.h"
#include "crypto/exchange/pkcs7_writer.h"

// What leaves the store: public parts, and by its own verb an encrypted key.
namespace gatehouse::control {
namespace {

using certs::Record;
using crypto::Passphrase;

std::unexpected<Error> usage(std::string what) {
  return fail(Fault::client, std::move(what), ErrorKind::usage);
}

std::string pems(const std::vector<crypto::Certificate>& chain, std::size_t from) {
  std::string all;
  for (std::size_t i = from; i < chain.size(); ++i) all += chain[i].to_pem();
  return all;
}

// A name that any system takes as a file's.
std::string file_name(const Record& record, std::string_view ending) {
  std::string name = record.name.text();
  std::ranges::replace_if(
      name,
      [](char c) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        return !plain;
      },
      '_');
  if (name.starts_with('.')) name.front() = '_';
  return name.append(ending);
}

Result<api::ExportedFile> public_file(const Record& record, std::string_view format) {
  api::ExportedFile file;
  const auto text = [&](std::string content, std::string_view ending) {
    file.set_content(std::move(content));
    file.set_file_name(file_name(record, ending));
    file.set_text(true);
    return file;
  };
  const auto bytes = [&](ByteView content, std::string_view ending) {
    file.set_content(std::string(as_text(content)));
    file.set_file_name(file_name(record, ending));
    return file;
  };
  if (format.empty() || format == "pem") return text(record.leaf().to_pem(), ".crt");
  if (format == "fullchain") return text(pems(record.chain, 0), ".fullchain.pem");
  if (format == "der") return bytes(record.leaf().der(), ".cer");
  if (format == "chain") {
    if (record.chain.size() > 1) return text(pems(record.chain, 1), ".chain.pem");
    return fail(Fault::operator_input,
                fmt::format("\"{}\" has no chain: there is no certificate above it. Export it with "
                            "--format fullchain or pem.",
                            record.name.text()),
                ErrorKind::not_found);
  }
  if (format == "pkcs7") {
    const auto made = crypto::write_pkcs7(record.chain);
    if (!made) return std::unexpected(made.error());
    return bytes(*made, ".p7b");
  }
  if (format == "pfx" || format == "key") {
    return usage(
        fmt::format("{} holds the private key: that is another verb, ExportKey; on the "
                    "command line --with-key.",
                    format));
  }
  return usage(fmt::format(
      "\"{}\" is no format. There are: pem, der, chain, fullchain, pkcs7; with the key pfx, key.",
      printable(format)));
}

// ------------------------------------------------------------------ keys

struct KeyWishes {
  bool pfx = true;
  crypto::Pkcs12Profile profile = crypto::Pkcs12Profile::openssl;
};

Result<KeyWishes> wishes_of(const api::ExportKeyRequest& request) {
  KeyWishes wishes{.pfx = request.format() != "key"};
  if (!request.format().empty() && request.format() != "pfx" && wishes.pfx) {
    return usage(fmt::format("\"{}\" is no format of a key. There are: pfx, key.",
                             printable(request.format())));
  }
  if (request.profile().empty()) return wishes;
  if (!wishes.pfx) return usage("--for is of a pfx: a key alone has one form for everybody.");
  const auto profile = crypto::profile_by_name(request.profile());
  if (!profile) {
    return usage(fmt::format("\"{}\" is no system that a pfx can be made for. There are: {}.",
                             printable(request.profile()),
                             fmt::join(crypto::profile_names(), ", ")));
  }
  wishes.profile = *profile;
  return wishes;
}

Result<Passphrase> strong_passphrase(const std::string& text) {
  auto passphrase = Passphrase::parse(text);
  if (!passphrase) return passphrase;
  const auto estimate = crypto::estimate_passphrase(*passphrase);
  if (estimate.strong()) return passphrase;
  return fail(
      Fault::operator_input,
      fmt::format("The passphrase is too weak to protect a private key. {}", estimate.advice),
      ErrorKind::invalid);
}

// Opened again before it is handed over, as write_pkcs12() does.
Result<Secret> key_pem(const crypto::PrivateKey& key, const Passphrase& passphrase) {
  Secret pem = crypto::encrypted_key_pem(key, passphrase);
  const auto again = crypto::read_bundle(pem.view(), &passphrase);
  const bool same = again && again->keys.size() == 1 &&
                    again->keys.front().key.spki_sha256() == key.spki_sha256();
  if (same) return pem;
  return fail(Fault::ours, "The encrypted key does not open again, so it is not handed over.");
}

Result<Secret> key_file(const Record& record, const crypto::Identity& identity,
                        const KeyWishes& wishes, const Passphrase& passphrase) {
  if (!wishes.pfx) return key_pem(identity.key, passphrase);
  return crypto::write_pkcs12(
      identity, {.profile = wishes.profile, .friendly_name = record.name.text()}, passphrase);
}

}  // namespace

CertificateDesk::Answer<api::ExportedFile> LiveCertificateDesk::export_public(
    api::ExportCertificateRequest request, Caller /*caller*/) {
  auto found = co_await find(parts_.store, request.selector(), soon());
  if (!found) co_return pass_on(found);
  auto file = public_file(found->record(), request.format());
  if (!file) co_return pass_on(file);
  *file->mutable_certificate() = message(found->record());
  co_return file;
}

CertificateDesk::Answer<api::ExportedFile> LiveCertificateDesk::export_key(
    api::ExportKeyRequest request, Caller caller) {
  auto wishes = wishes_of(request);
  auto passphrase = strong_passphrase(request.passphrase());
  api::wipe_secrets(request);
  if (!wishes) co_return pass_on(wishes);
  if (!passphrase) co_return pass_on(passphrase);
  auto found = co_await find_one(parts_.store, request.selector(), soon());
  if (!found) co_return pass_on(found);
  const Record& record = found->record();
  auto identity = co_await parts_.store.identity(record.id, soon());
  if (!identity) co_return pass_on(identity);
  auto content = co_await parts_.helper.run(
      parts_.reactor,
      [record, own = *identity, form = *wishes, secret = std::move(*passphrase)] {
        return key_file(record, own, form, secret);
      },
      takes_long());
  if (!content) co_return pass_on(content);

  const std::string_view form = wishes->pfx ? crypto::profile_name(wishes->profile) : "key";
  const std::string purpose = fmt::format(
      "{}{}", wishes->pfx ? fmt::format("as pfx for {}", form) : std::string("as encrypted key"),
      request.why().empty() ? "" : ": " + request.why());
  auto told = co_await parts_.store.export_identity(record.id, {who(caller), purpose}, soon());
  if (!told) co_return pass_on(told);
  if (told->chain != identity->chain) {
    co_return fail_for_now(
        Fault::machine, "The certificate was replaced meanwhile: nothing is exported, try again.",
        ErrorKind::conflict);
  }
  parts_.events.warn("A private key was exported, encrypted.",
                     {{"certificate", record.name.text()},
                      {"sha256", crypto::hex(record.sha256)},
                      {"form", form},
                      {"user", caller.name},
                      {"uid", caller.uid}});
  api::ExportedFile file;
  file.set_content(std::string(as_text(content->view())));
  file.set_file_name(file_name(record, wishes->pfx ? ".pfx" : ".key"));
  file.set_text(!wishes->pfx);
  *file.mutable_certificate() = message(record);
  for (const std::string& note : crypto::notes(*identity)) file.add_notes(note + ".");
  co_return file;
}

}  // namespace gatehouse::control
