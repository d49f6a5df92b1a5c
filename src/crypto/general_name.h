#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/server_name.h"
#include "crypto/handles.h"

namespace gatehouse::crypto {

struct CertificateNames;

// GeneralName (RFC 5280 section 4.2.1.6) as the library writes it; for this room only.
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, Freer<GENERAL_NAME_free>>;

// `type` is GEN_DNS, GEN_EMAIL or GEN_URI. Null when the library fails.
GeneralNamePtr general_text(int type, std::string_view text);
GeneralNamePtr general_address(ByteView address);
// The content of a subjectAltName. Null when the library fails.
GeneralNamesPtr general_names(std::span<const NamePattern> names);

// The bytes of a DNS name, mail address, URI or IP address; "" for every other type.
std::string_view content_of(const GENERAL_NAME& name);

// The servers among them; see CertificateNames.
CertificateNames server_names(const GENERAL_NAMES& names);
// Adds one of them, unless no client could ask for it.
void take_dns_name(std::string_view text, CertificateNames& names);
void take_address(ByteView raw, CertificateNames& names);

// 4 or 16 bytes, for a name that is an address.
Bytes raw_address(const ServerName& address);

}  // namespace gatehouse::crypto
