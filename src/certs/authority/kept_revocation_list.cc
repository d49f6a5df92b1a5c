#include "certs/authority/kept_revocation_list.h"

#include "certs/store/fields.h"

namespace gatehouse::certs {
namespace {

enum Tag : std::uint8_t { kIssuer = 1, kNumber, kThisUpdate, kNextUpdate, kRevoked, kDer };

}  // namespace

Bytes encode_revocation_list(const KeptRevocationList& list) {
  FieldWriter writer;
  return writer.text(kIssuer, list.issuer)
      .number(kNumber, static_cast<std::int64_t>(list.number))
      .time(kThisUpdate, list.this_update)
      .time(kNextUpdate, list.next_update)
      .number(kRevoked, list.revoked)
      .bytes(kDer, list.der)
      .take();
}

std::optional<KeptRevocationList> decode_revocation_list(ByteView value) {
  FieldReader reader(value);
  const auto issuer = reader.text(kIssuer);
  const auto number = reader.number(kNumber);
  const auto from = reader.time(kThisUpdate);
  const auto until = reader.time(kNextUpdate);
  const auto revoked = reader.number(kRevoked);
  const auto der = reader.bytes(kDer);
  if (!issuer || !number || *number < 0 || !from || !until || !revoked || *revoked < 0 ||
      *revoked > UINT32_MAX || !der || !reader.done()) {
    return std::nullopt;
  }
  return KeptRevocationList{std::string(*issuer),
                            static_cast<std::uint64_t>(*number),
                            *from,
                            *until,
                            static_cast<std::uint32_t>(*revoked),
                            {der->begin(), der->end()}};
}

}  // namespace gatehouse::certs
