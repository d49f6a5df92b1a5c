#include <algorithm>

#include "certs/authority/authority.h"
#include "certs/store/fields.h"

// How the facts of an authority are written; see docs/explanation/certificate-store.md.
namespace gatehouse::certs {
namespace {

enum Tag : std::uint8_t {
  kName = 1,
  kCreated,
  kKeyType,
  kRootDays,
  kIssuerDays,
  kLeafDays,
  kRootNumber,
  kRootState,
  kAnchor,
  kRootKey,
  kCertificate,
  kIssuerRoot,
  kIssuerNumber,
  kPurpose,
  kActive,
  kIssuerKey,
};

std::optional<RecordId> read_id(FieldReader& reader, Tag tag) {
  const auto bytes = reader.bytes(tag);
  if (!bytes) return std::nullopt;
  auto id = RecordId::parse(crypto::hex(*bytes));
  if (!id) return std::nullopt;
  return *id;
}

std::optional<std::uint32_t> read_count(FieldReader& reader, Tag tag) {
  const auto number = reader.number(tag);
  if (!number || *number < 1 || *number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::optional<std::chrono::days> read_days(FieldReader& reader, Tag tag) {
  constexpr std::int64_t kMost = 100 * 366;
  const auto number = reader.number(tag);
  if (!number || *number < 1 || *number > kMost) return std::nullopt;
  return std::chrono::days{*number};
}

std::optional<crypto::Certificate> read_certificate(FieldReader& reader) {
  const auto der = reader.bytes(kCertificate);
  if (!der) return std::nullopt;
  auto certificate = crypto::Certificate::from_der(*der);
  if (!certificate) return std::nullopt;
  return std::move(*certificate);
}

std::optional<RootState> state_of(std::string_view text) {
  for (const auto state : {RootState::next, RootState::active, RootState::retired}) {
    if (root_state_text(state) == text) return state;
  }
  return std::nullopt;
}

std::optional<crypto::Purpose> purpose_of(std::string_view text) {
  for (const auto purpose : {crypto::Purpose::server, crypto::Purpose::client}) {
    if (purpose_text(purpose) == text) return purpose;
  }
  return std::nullopt;
}

void write_root(FieldWriter& writer, const AuthorityRoot& root) {
  writer.number(kRootNumber, root.number)
      .text(kRootState, root_state_text(root.state))
      .bytes(kAnchor, root.anchor.bytes())
      .bytes(kRootKey, root.key ? root.key->bytes() : ByteView())
      .bytes(kCertificate, root.certificate.der());
}

std::optional<AuthorityRoot> read_root(FieldReader& reader) {
  const auto number = read_count(reader, kRootNumber);
  if (!number) return std::nullopt;
  const auto state = state_of(reader.text(kRootState).value_or(""));
  const auto anchor = read_id(reader, kAnchor);
  FieldReader before = reader;
  const auto raw_key = reader.bytes(kRootKey);
  const auto key = raw_key && !raw_key->empty() ? read_id(before, kRootKey) : std::nullopt;
  auto certificate = read_certificate(reader);
  const bool whole = raw_key && (raw_key->empty() || key);
  if (!state || !anchor || !whole || !certificate) return std::nullopt;
  return AuthorityRoot{*number, *state, std::move(*certificate), *anchor, key};
}

void write_issuer(FieldWriter& writer, const AuthorityIssuer& issuer) {
  writer.number(kIssuerRoot, issuer.root)
      .number(kIssuerNumber, issuer.number)
      .text(kPurpose, purpose_text(issuer.purpose))
      .number(kActive, issuer.active ? 1 : 0)
      .bytes(kIssuerKey, issuer.key.bytes())
      .bytes(kCertificate, issuer.certificate.der());
}

std::optional<AuthorityIssuer> read_issuer(FieldReader& reader) {
  const auto root = read_count(reader, kIssuerRoot);
  if (!root) return std::nullopt;
  const auto number = read_count(reader, kIssuerNumber);
  const auto purpose = purpose_of(reader.text(kPurpose).value_or(""));
  const auto active = reader.number(kActive);
  const auto key = read_id(reader, kIssuerKey);
  auto certificate = read_certificate(reader);
  const bool clear = active && (*active == 0 || *active == 1);
  if (!number || !purpose || !clear || !key || !certificate) return std::nullopt;
  return AuthorityIssuer{*root, *number, *purpose, *active == 1, std::move(*certificate), *key};
}

std::optional<AuthorityLives> read_lives(FieldReader& reader) {
  const auto root = read_days(reader, kRootDays);
  const auto issuer = read_days(reader, kIssuerDays);
  const auto leaf = read_days(reader, kLeafDays);
  if (!root || !issuer || !leaf) return std::nullopt;
  return AuthorityLives{*root, *issuer, *leaf};
}

// One root signs, at most one is to follow.
bool consistent(const Authority& authority) {
  const auto count = [&](RootState state) {
    return std::ranges::count(authority.roots, state, &AuthorityRoot::state);
  };
  return count(RootState::active) == 1 && count(RootState::next) <= 1 &&
         std::ranges::all_of(authority.issuers, [&](const AuthorityIssuer& issuer) {
           return authority.root(issuer.root) != nullptr;
         });
}

}  // namespace

Bytes encode_authority(const Authority& authority) {
  FieldWriter writer;
  writer.text(kName, authority.name.text())
      .time(kCreated, authority.created)
      .text(kKeyType, key_type_text(authority.key_type))
      .number(kRootDays, authority.lives.root.count())
      .number(kIssuerDays, authority.lives.issuer.count())
      .number(kLeafDays, authority.lives.leaf.count());
  for (const auto& root : authority.roots) write_root(writer, root);
  for (const auto& issuer : authority.issuers) write_issuer(writer, issuer);
  return writer.take();
}

std::optional<Authority> decode_authority(ByteView value) {
  FieldReader reader(value);
  auto name = AuthorityName::parse(reader.text(kName).value_or(""));
  const auto created = reader.time(kCreated);
  const auto type = key_type_of(reader.text(kKeyType).value_or(""));
  const auto lives = read_lives(reader);
  if (!name || !created || !type || !lives) return std::nullopt;
  Authority authority{std::move(*name), *created, *type, *lives};
  while (auto root = read_root(reader)) authority.roots.push_back(std::move(*root));
  while (auto issuer = read_issuer(reader)) authority.issuers.push_back(std::move(*issuer));
  // What was read by halves would be lost in silence.
  const bool whole = reader.done() && std::ranges::equal(encode_authority(authority), value);
  if (!whole || !consistent(authority)) return std::nullopt;
  return authority;
}

}  // namespace gatehouse::certs
