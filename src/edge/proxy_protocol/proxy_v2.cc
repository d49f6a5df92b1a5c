#include "edge/proxy_protocol/proxy_v2.h"

#include <algorithm>
#include <array>

#include "edge/proxy_protocol/crc32c.h"
#include "edge/proxy_protocol/proxy_tlvs.h"

namespace gatehouse::edge {
namespace {

constexpr std::size_t kCommandAt = 12;
constexpr std::size_t kFamilyAt = 13;
constexpr std::size_t kLengthAt = 14;

constexpr unsigned kVersion = 2;
constexpr unsigned kLocal = 0;
constexpr unsigned kProxy = 1;

// Family and protocol in one byte.
enum class Family : std::uint8_t {
  unspecified = 0x00,
  tcp_v4 = 0x11,
  tcp_v6 = 0x21,
  unix_stream = 0x31,
};

std::size_t address_size(Family family) {
  switch (family) {
    case Family::tcp_v4: return 12;
    case Family::tcp_v6: return 36;
    case Family::unix_stream: return 216;
    case Family::unspecified: break;
  }
  return 0;
}

// Each returns what is wrong, or an empty text, also while its byte has not come.
std::string_view check_command(std::string_view start) {
  if (start.size() <= kCommandAt) return {};
  const unsigned byte = number_at<std::uint8_t>(start, kCommandAt);
  if (byte >> 4 != kVersion) return "has a PROXY header whose version is not 2";
  if ((byte & 0xf) > kProxy) return "has a PROXY header whose command is neither LOCAL nor PROXY";
  return {};
}

bool is_local(std::string_view start) {
  return (number_at<std::uint8_t>(start, kCommandAt) & 0xf) == kLocal;
}

// Of LOCAL the family is to be ignored.
std::string_view check_family(std::string_view start) {
  if (start.size() <= kFamilyAt || is_local(start)) return {};
  switch (number_at<std::uint8_t>(start, kFamilyAt)) {
    case 0x00:
    case 0x11:
    case 0x21:
    case 0x31: return {};
    case 0x12:
    case 0x22:
    case 0x32: return "has a PROXY header whose protocol is of datagrams";
    default: return "has a PROXY header whose family or protocol is unknown";
  }
}

Family family_of(std::string_view start) {
  return is_local(start) ? Family::unspecified
                         : static_cast<Family>(number_at<std::uint8_t>(start, kFamilyAt));
}

std::size_t whole_size(std::string_view start) {
  return kShortestV2 + number_at<std::uint16_t>(start, kLengthAt);
}

std::string_view check_length(std::string_view start) {
  if (start.size() < kShortestV2) return {};
  const std::size_t size = whole_size(start);
  if (size > kLongestProxyHeader) return "has a PROXY header whose length is more than 4096 bytes";
  if (size < kShortestV2 + address_size(family_of(start))) {
    return "has a PROXY header whose length is less than its addresses need";
  }
  return {};
}

IpAddress address_at(std::string_view header, std::size_t at, bool v6) {
  std::array<std::uint8_t, 4> four{};
  std::array<std::uint8_t, 16> sixteen{};
  if (v6) {
    std::ranges::copy(header.substr(at, sixteen.size()), sixteen.begin());
    return IpAddress::v6(sixteen);
  }
  std::ranges::copy(header.substr(at, four.size()), four.begin());
  return IpAddress::v4(four);
}

ProxyAddresses read_addresses(std::string_view header, bool v6) {
  const std::size_t size = v6 ? 16 : 4;
  const std::size_t ports = kShortestV2 + 2 * size;
  return {
      {address_at(header, kShortestV2, v6), number_at<std::uint16_t>(header, ports)},
      {address_at(header, kShortestV2 + size, v6), number_at<std::uint16_t>(header, ports + 2)}};
}

ProxyHeaderRead read_whole(std::string_view header) {
  ProxyHeaderComplete read{header.size(), {}};
  if (is_local(header)) read.header.command = ProxyHeader::Command::local;
  const Family family = family_of(header);
  // Addresses of no known size may stand there, so nothing behind them can be found.
  if (family == Family::unspecified) return read;
  if (family != Family::unix_stream) {
    read.header.addresses = read_addresses(header, family == Family::tcp_v6);
  }
  const std::size_t tlvs = kShortestV2 + address_size(family);
  if (const auto wrong = read_tlvs(header, tlvs, read.header); !wrong.empty()) {
    return ProxyHeaderRefused{wrong};
  }
  return read;
}

// IPv4 as IPv6 takes its IPv4-mapped form (RFC 4291 section 2.5.5.2).
void write_address(ProxyWriter& out, const IpAddress& address, bool v6) {
  constexpr std::string_view kMapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};
  if (v6 && !address.is_v6()) out.text(kMapped);
  out.text(address.bytes());
}

void write_addresses(ProxyWriter& out, const ProxyAddresses& addresses, bool v6) {
  write_address(out, addresses.source.address, v6);
  write_address(out, addresses.destination.address, v6);
  out.number(addresses.source.port);
  out.number(addresses.destination.port);
}

void write_start(ProxyWriter& out, unsigned command, Family family) {
  out.text(kV2Signature);
  out.number(static_cast<std::uint8_t>(kVersion << 4 | command));
  out.number(static_cast<std::uint8_t>(family));
  out.number(std::uint16_t{0});
}

// Behind everything else, and the length is right already.
void write_checksum(ProxyWriter& out) {
  out.replace(out.size() - sizeof(std::uint32_t), crc32c(out.written()));
}

}  // namespace

ProxyHeaderRead read_v2(std::string_view buffer) {
  const std::string_view start = buffer.substr(0, kShortestV2);
  for (const auto check : {check_command, check_family, check_length}) {
    if (const auto wrong = check(start); !wrong.empty()) return ProxyHeaderRefused{wrong};
  }
  if (start.size() < kShortestV2) return ProxyHeaderIncomplete{kShortestV2 - start.size()};
  const std::size_t size = whole_size(start);
  if (buffer.size() < size) return ProxyHeaderIncomplete{size - buffer.size()};
  return read_whole(buffer.substr(0, size));
}

void write_v2(ProxyWriter& out, const ProxyHeader& header, ProxyChecksum checksum) {
  const bool local = header.command == ProxyHeader::Command::local;
  if (local || !header.addresses) return write_start(out, kLocal, Family::unspecified);
  const auto& [source, destination] = *header.addresses;
  const bool v6 = source.address.is_v6() || destination.address.is_v6();
  write_start(out, kProxy, v6 ? Family::tcp_v6 : Family::tcp_v4);
  write_addresses(out, *header.addresses, v6);
  write_tlvs(out, header);
  const bool checked = checksum == ProxyChecksum::crc32c;
  if (checked) write_empty_checksum(out);
  out.replace(kLengthAt, static_cast<std::uint16_t>(out.size() - kShortestV2));
  if (checked && out.fits()) write_checksum(out);
}

}  // namespace gatehouse::edge
