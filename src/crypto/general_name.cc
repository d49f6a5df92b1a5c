#include "crypto/general_name.h"

#include <arpa/inet.h>
#include <optional>

#include "crypto/certificate.h"

namespace gatehouse::crypto {
namespace {

GeneralNamePtr general_string(int type, int string_type, ByteView content) {
  GeneralNamePtr name(GENERAL_NAME_new());
  ASN1_STRING* string = ASN1_STRING_type_new(string_type);
  if (!name || !string ||
      ASN1_STRING_set(string, content.data(), static_cast<ossl_ssize_t>(content.size())) != 1) {
    ASN1_STRING_free(string);
    return nullptr;
  }
  GENERAL_NAME_set0_value(name.get(), type, string);
  return name;
}

bool push(GENERAL_NAMES* names, GeneralNamePtr name) {
  if (!name || sk_GENERAL_NAME_push(names, name.get()) == 0) return false;
  std::ignore = name.release();
  return true;
}

std::optional<ServerName> address_of(ByteView raw) {
  char text[INET6_ADDRSTRLEN];
  if (raw.size() != 4 && raw.size() != 16) return std::nullopt;
  if (!inet_ntop(raw.size() == 4 ? AF_INET : AF_INET6, raw.data(), text, sizeof text)) {
    return std::nullopt;
  }
  auto name = ServerName::parse(text);
  if (!name) return std::nullopt;
  return std::move(*name);
}

}  // namespace

GeneralNamePtr general_text(int type, std::string_view text) {
  return general_string(type, V_ASN1_IA5STRING, as_bytes(text));
}

GeneralNamePtr general_address(ByteView address) {
  return general_string(GEN_IPADD, V_ASN1_OCTET_STRING, address);
}

GeneralNamesPtr general_names(std::span<const NamePattern> names) {
  GeneralNamesPtr all(GENERAL_NAMES_new());
  if (!all) return nullptr;
  for (const NamePattern& pattern : names) {
    auto name = pattern.base().is_address() ? general_address(raw_address(pattern.base()))
                                            : general_text(GEN_DNS, pattern.text());
    if (!push(all.get(), std::move(name))) return nullptr;
  }
  return all;
}

CertificateNames server_names(const GENERAL_NAMES& names) {
  CertificateNames found;
  for (std::size_t i = 0; i < sk_GENERAL_NAME_num(&names); ++i) {
    const GENERAL_NAME& name = *sk_GENERAL_NAME_value(&names, i);
    if (name.type == GEN_DNS) take_dns_name(content_of(name), found);
    if (name.type == GEN_IPADD) take_address(as_bytes(content_of(name)), found);
  }
  return found;
}

void take_dns_name(std::string_view text, CertificateNames& names) {
  auto pattern = NamePattern::parse(text);
  if (pattern && !pattern->base().is_address()) names.dns.push_back(std::move(*pattern));
}

void take_address(ByteView raw, CertificateNames& names) {
  if (auto address = address_of(raw)) names.addresses.push_back(std::move(*address));
}

std::string_view content_of(const GENERAL_NAME& name) {
  if (name.type != GEN_DNS && name.type != GEN_EMAIL && name.type != GEN_URI &&
      name.type != GEN_IPADD) {
    return {};
  }
  const ASN1_STRING* content = name.d.ia5;
  return as_text(
      {ASN1_STRING_get0_data(content), static_cast<std::size_t>(ASN1_STRING_length(content))});
}

Bytes raw_address(const ServerName& address) {
  Bytes raw(address.is_ipv6() ? 16 : 4);
  inet_pton(address.is_ipv6() ? AF_INET6 : AF_INET, address.text().c_str(), raw.data());
  return raw;
}

}  // namespace gatehouse::crypto
