#include "crypto/general_name.h"

#include <arpa/inet.h>

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

}  // namespace

GeneralNamePtr general_text(int type, std::string_view text) {
  return general_string(type, V_ASN1_IA5STRING, as_bytes(text));
}

GeneralNamePtr general_address(ByteView address) {
  return general_string(GEN_IPADD, V_ASN1_OCTET_STRING, address);
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
