#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/record.h"
#include "certs/store/history.h"
#include "crypto/issue.h"
#include "crypto/revocation_list.h"

namespace gatehouse::certs {

struct Revocation {
  WallTime when;
  crypto::RevocationReason reason = crypto::RevocationReason::unspecified;
  Cause cause;
};

// A certificate that an authority has issued: what it has to know of it until it has ended.
struct IssuedCertificate {
  std::string serial;  // lower-case hex
  RecordId issuer;     // the record of its issuer's key
  crypto::Purpose purpose = crypto::Purpose::server;
  std::string subject;             // its common name
  std::vector<std::string> names;  // its subjectAltName
  WallTime not_before;
  WallTime not_after;
  crypto::Sha256 sha256{};
  std::optional<RecordId> record = {};  // where it is kept here with its key
  // Where it is not kept here, so that it can be given out again.
  std::optional<crypto::Certificate> certificate = {};
  Cause cause = {};  // who asked for it
  std::optional<Revocation> revocation = {};
};

Bytes encode_issued(const IssuedCertificate& issued);
std::optional<IssuedCertificate> decode_issued(ByteView value);

}  // namespace gatehouse::certs
