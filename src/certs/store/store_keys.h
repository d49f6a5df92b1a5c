#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certs/record.h"

// Where everything of the certificate store rests in kv. The layout is documented in
// docs/explanation/certificate-store.md.
namespace gatehouse::certs::keys {

inline constexpr std::string_view kSchema = "certs/schema";
inline constexpr std::string_view kSealing = "certs/sealing";
inline constexpr std::string_view kRecords = "certs/record/";
inline constexpr std::string_view kRequests = "certs/request/";
inline constexpr std::string_view kServedTimes = "certs/served/";

std::string record(const RecordId& id);
std::string request(const RecordId& id);
std::string sealed_key(const RecordId& id);
std::string served(const RecordId& id);
std::string summaries(Shelf shelf);
std::string summary(Shelf shelf, const RecordId& id);
std::string history(const RecordId& id);
std::string history(const RecordId& id, std::uint32_t number);

// The value is the id; there is one record of a name on a shelf for an owner.
std::string by_name(Shelf shelf, const Owner& owner, const RecordName& name);

// The value is the id; there is one record of a certificate on a shelf for an owner. The prefix of
// them takes the beginning of a thumbprint.
std::string by_sha256(const crypto::Sha256& sha256, Shelf shelf, const Owner& owner);
std::string by_sha256(std::string_view digits);

// Prefixes below which the ids of records follow.
std::string by_sha1(std::string_view digits);
// In the compared form of DistinguishedName; any length.
std::string by_common_name(std::string_view folded);

// One entry below such a prefix.
std::string indexed(std::string whole_prefix, const RecordId& id);

}  // namespace gatehouse::certs::keys
