#include "certs/authority/issued.h"

#include <algorithm>

#include "certs/authority/authority.h"
#include "certs/store/fields.h"

namespace gatehouse::certs {
namespace {

enum Tag : std::uint8_t {
  kSerial = 1,
  kIssuer,
  kPurpose,
  kSubject,
  kServerName,
  kNotBefore,
  kNotAfter,
  kSha256,
  kRecord,
  kWho,
  kWhy,
  kRevokedAt,
  kReason,
  kCertificate,
};

std::optional<RecordId> id_of(std::optional<ByteView> bytes) {
  if (!bytes) return std::nullopt;
  auto id = RecordId::parse(crypto::hex(*bytes));
  if (!id) return std::nullopt;
  return *id;
}

std::optional<crypto::Purpose> purpose_of(std::string_view text) {
  if (text == purpose_text(crypto::Purpose::server)) return crypto::Purpose::server;
  if (text == purpose_text(crypto::Purpose::client)) return crypto::Purpose::client;
  return std::nullopt;
}

std::optional<Cause> read_cause(FieldReader& reader) {
  const auto who = reader.text(kWho);
  const auto why = reader.text(kWhy);
  if (!who || !why) return std::nullopt;
  return Cause{std::string(*who), std::string(*why)};
}

// False: what is there is no revocation.
bool read_revocation(FieldReader& reader, std::optional<Revocation>& to) {
  if (reader.done()) return true;
  const auto when = reader.time(kRevokedAt);
  const auto reason = crypto::revocation_reason_of(reader.text(kReason).value_or(""));
  auto cause = read_cause(reader);
  if (!when || !reason || !cause) return false;
  to = Revocation{*when, *reason, std::move(*cause)};
  return true;
}

// The same of a record that may be named.
bool read_record(FieldReader& reader, std::optional<RecordId>& to) {
  const auto bytes = reader.bytes(kRecord);
  if (!bytes) return true;
  to = id_of(bytes);
  return to.has_value();
}

// The same of the certificate.
bool read_certificate(FieldReader& reader, std::optional<crypto::Certificate>& to) {
  const auto der = reader.bytes(kCertificate);
  if (!der) return true;
  auto certificate = crypto::Certificate::from_der(*der);
  if (certificate) to = std::move(*certificate);
  return to.has_value();
}

}  // namespace

Bytes encode_issued(const IssuedCertificate& issued) {
  FieldWriter writer;
  writer.text(kSerial, issued.serial)
      .bytes(kIssuer, issued.issuer.bytes())
      .text(kPurpose, purpose_text(issued.purpose))
      .text(kSubject, issued.subject);
  for (const auto& name : issued.names) writer.text(kServerName, name);
  writer.time(kNotBefore, issued.not_before)
      .time(kNotAfter, issued.not_after)
      .bytes(kSha256, issued.sha256);
  if (issued.record) writer.bytes(kRecord, issued.record->bytes());
  if (issued.certificate) writer.bytes(kCertificate, issued.certificate->der());
  writer.text(kWho, issued.cause.who).text(kWhy, issued.cause.why);
  if (!issued.revocation) return writer.take();
  return writer.time(kRevokedAt, issued.revocation->when)
      .text(kReason, crypto::revocation_reason_text(issued.revocation->reason))
      .text(kWho, issued.revocation->cause.who)
      .text(kWhy, issued.revocation->cause.why)
      .take();
}

std::optional<IssuedCertificate> decode_issued(ByteView value) {
  FieldReader reader(value);
  IssuedCertificate issued;
  const auto serial = reader.text(kSerial);
  const auto issuer = id_of(reader.bytes(kIssuer));
  const auto purpose = purpose_of(reader.text(kPurpose).value_or(""));
  const auto subject = reader.text(kSubject);
  while (const auto name = reader.text(kServerName)) issued.names.emplace_back(*name);
  const auto not_before = reader.time(kNotBefore);
  const auto not_after = reader.time(kNotAfter);
  const auto digest = reader.bytes(kSha256);
  const bool kept =
      read_record(reader, issued.record) && read_certificate(reader, issued.certificate);
  auto cause = read_cause(reader);
  const bool revoked = cause && read_revocation(reader, issued.revocation);
  if (!serial || !issuer || !purpose || !subject || !not_before || !not_after || !digest ||
      digest->size() != issued.sha256.size() || !kept || !revoked || !reader.done()) {
    return std::nullopt;
  }
  issued.serial = *serial;
  issued.issuer = *issuer;
  issued.purpose = *purpose;
  issued.subject = *subject;
  issued.not_before = *not_before;
  issued.not_after = *not_after;
  std::ranges::copy(*digest, issued.sha256.begin());
  issued.cause = std::move(*cause);
  // Nothing has two forms.
  if (!std::ranges::equal(encode_issued(issued), value)) return std::nullopt;
  return issued;
}

}  // namespace gatehouse::certs
