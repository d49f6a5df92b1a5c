#pragma once

// Helpers of unit tests; no product code includes this.

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>

#include "edge/proxy_protocol/crc32c.h"
#include "edge/proxy_protocol/proxy_header.h"

namespace gatehouse::edge::testing {

// Pairs of digits; blanks between them are for the reader.
inline std::string from_hex(std::string_view text) {
  std::string bytes;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::strtoul(digits.c_str(), nullptr, 16));
    digits.clear();
  }
  return bytes;
}

inline std::string in_16_bits(std::size_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number)};
}

inline std::string tlv(int type, std::string_view value) {
  return static_cast<char>(type) + in_16_bits(value.size()) + std::string(value);
}

inline const std::string kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};

// A header of version 2.
inline std::string v2(int command, int family, std::string_view body) {
  return kSignature + static_cast<char>(command) + static_cast<char>(family) +
         in_16_bits(body.size()) + std::string(body);
}

// 192.168.0.1:56324 to 192.168.0.11:443, and 2001:db8::7 to ::1 with the same ports.
inline const std::string kV4Addresses = from_hex("c0a80001 c0a8000b dc04 01bb");
inline const std::string kV6Addresses =
    from_hex("20010db8000000000000000000000007 00000000000000000000000000000001 dc04 01bb");
inline const std::string kUnixAddresses =
    "/run/client.sock" + std::string(92, '\0') + "/run/edge.sock" + std::string(94, '\0');

inline std::string v4_with(std::string_view tlvs) {
  return v2(0x21, 0x11, kV4Addresses + std::string(tlvs));
}

// v4_with() a checksum behind `tlvs` that holds.
inline std::string v4_with_checksum(const std::string& tlvs) {
  std::string header = v4_with(tlvs + tlv(0x03, std::string(4, '\0')));
  const std::uint32_t sum = crc32c(header);
  return header.replace(header.size() - 4, 4, in_16_bits(sum >> 16) + in_16_bits(sum & 0xffff));
}

inline ProxyAddresses addresses(std::string_view source, std::string_view destination) {
  return {IpEndpoint::parse(source).value(), IpEndpoint::parse(destination).value()};
}

inline ProxyHeader header_of(std::string_view source, std::string_view destination) {
  ProxyHeader header;
  header.addresses = addresses(source, destination);
  return header;
}

// The same facts as kV4Addresses.
inline ProxyHeader v4_header() { return header_of("192.168.0.1:56324", "192.168.0.11:443"); }

// Everything that a header can say.
inline ProxyHeader full_header() {
  ProxyHeader header = v4_header();
  header.alpn = "h2";
  header.authority =
      "b\xc3\xbc"
      "cher.example";
  header.unique_id = std::string("id\0\xff", 4);
  header.ssl = ProxySsl{.tls = true,
                        .certificate_on_connection = true,
                        .certificate_in_session = true,
                        .verified = true,
                        .version = "TLSv1.3",
                        .cipher = "TLS_AES_128_GCM_SHA256",
                        .client_common_name = "Zo\xc3\xab",
                        .signature_algorithm = "ecdsa-with-SHA256",
                        .key_algorithm = "EC256"};
  return header;
}

inline bool is_incomplete(const ProxyHeaderRead& read) {
  return std::holds_alternative<ProxyHeaderIncomplete>(read);
}

// What is wrong with `bytes`, or "complete" or "incomplete".
inline std::string refusal_of(std::string_view bytes, ProxyVersions accepted = {}) {
  const auto read = read_proxy_header(bytes, accepted);
  if (const auto* refused = std::get_if<ProxyHeaderRefused>(&read)) {
    return std::string(refused->what);
  }
  return is_incomplete(read) ? "incomplete" : "complete";
}

// What `bytes`, all of them, say; nothing where they are not one header exactly.
inline std::optional<ProxyHeader> header_in(std::string_view bytes) {
  const auto read = read_proxy_header(bytes, {});
  const auto* complete = std::get_if<ProxyHeaderComplete>(&read);
  if (complete == nullptr || complete->size != bytes.size()) return std::nullopt;
  return complete->header;
}

// What is written, or an empty text where nothing is.
inline std::string written(const ProxyHeader& header, ProxyVersion version,
                           ProxyChecksum checksum = ProxyChecksum::none) {
  std::string out(kLongestProxyHeader, '#');
  const auto size = write_proxy_header(out, header, version, checksum);
  out.resize(size.value_or(0));
  return out;
}

}  // namespace gatehouse::edge::testing
