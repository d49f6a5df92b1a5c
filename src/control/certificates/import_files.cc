#include <fmt/format.h>

#include "base/json_text.h"
#include "control/certificates/importing.h"

namespace gatehouse::control {
namespace {

using crypto::Bundle;
using crypto::Passphrase;
using crypto::ReadFailure;

// Each costs what the file asks for.
constexpr int kMostPassphrases = 4;
constexpr int kMostFiles = 64;

std::string_view kind_text(ReadFailure::Kind kind) {
  using Kind = ReadFailure::Kind;
  switch (kind) {
    case Kind::passphrase_missing: return "passphrase_missing";
    case Kind::passphrase_wrong: return "passphrase_wrong";
    case Kind::damaged: return "damaged";
    case Kind::unsupported: return "unsupported";
    case Kind::too_large: return "too_large";
    case Kind::nothing_inside: return "nothing_inside";
  }
  return "";
}

void add(const std::string& file, const ReadFailure& failure,
         api::ImportCertificatesResponse& response) {
  api::ImportRefusal& refusal = *response.add_refusals();
  refusal.set_kind(std::string(kind_text(failure.kind)));
  refusal.set_sentence(fmt::format("{}: {}", printable(file), failure.error.what));
}

Result<std::vector<Passphrase>> passphrases_of(const api::ImportCertificatesRequest& request) {
  if (request.passphrases_size() > kMostPassphrases) {
    return fail(Fault::client,
                fmt::format("At most {} passphrases are tried in one import.", kMostPassphrases),
                ErrorKind::usage);
  }
  std::vector<Passphrase> all;
  for (const std::string& text : request.passphrases()) {
    auto passphrase = Passphrase::parse(text);
    if (!passphrase) return pass_on(passphrase);
    all.push_back(std::move(*passphrase));
  }
  return all;
}

crypto::Read<Bundle> read(const api::ImportFile& file, const std::vector<Passphrase>& passphrases) {
  const ByteView content = as_bytes(file.content());
  auto bundle = crypto::read_bundle(content, passphrases.empty() ? nullptr : &passphrases.front());
  for (std::size_t i = 1; i < passphrases.size(); ++i) {
    if (bundle || bundle.error().kind != ReadFailure::Kind::passphrase_wrong) break;
    bundle = crypto::read_bundle(content, &passphrases[i]);
  }
  return bundle;
}

template <class T>
void move_all(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Result<ReadFiles> read_files(const api::ImportCertificatesRequest& request) {
  if (request.files().empty() || request.files_size() > kMostFiles) {
    return fail(Fault::client, fmt::format("Give 1 to {} files to import.", kMostFiles),
                ErrorKind::usage);
  }
  auto passphrases = passphrases_of(request);
  if (!passphrases) return pass_on(passphrases);
  ReadFiles result;
  Bundle all;
  for (const api::ImportFile& file : request.files()) {
    auto bundle = read(file, *passphrases);
    if (!bundle) {
      add(file.name(), bundle.error(), result.refusals);
      continue;
    }
    move_all(bundle->certificates, all.certificates);
    move_all(bundle->keys, all.keys);
    move_all(bundle->unusable_keys, all.unusable_keys);
    for (const std::string& warning : bundle->warnings) {
      all.warnings.push_back(fmt::format("{}: {}.", printable(file.name()), warning));
    }
  }
  if (result.refusals.refusals().empty()) result.bundle = std::move(all);
  return result;
}

}  // namespace gatehouse::control
