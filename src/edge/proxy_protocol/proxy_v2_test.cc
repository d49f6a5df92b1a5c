#include "edge/proxy_protocol/proxy_v2.h"

#include <gtest/gtest.h>

#include "edge/proxy_protocol/testing.h"

namespace gatehouse::edge {
namespace {

using testing::from_hex;
using testing::full_header;
using testing::header_in;
using testing::header_of;
using testing::kUnixAddresses;
using testing::kV4Addresses;
using testing::kV6Addresses;
using testing::refusal_of;
using testing::tlv;
using testing::v2;
using testing::v4_header;
using testing::v4_with;
using testing::written;

ProxyHeader local_header() {
  ProxyHeader header;
  header.command = ProxyHeader::Command::local;
  return header;
}

TEST(ProxyV2, the_signature_is_that_of_the_specification) {
  EXPECT_EQ(kV2Signature, from_hex("0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a"));
}

TEST(ProxyV2, addresses_of_tcp_over_ipv4_are_read) {
  EXPECT_EQ(header_in(from_hex("0d0a0d0a000d0a515549540a 21 11 000c "
                               "c0a80001 c0a8000b dc04 01bb")),
            v4_header());
}

TEST(ProxyV2, addresses_of_tcp_over_ipv6_are_read) {
  EXPECT_EQ(header_in(v2(0x21, 0x21, kV6Addresses)), header_of("[2001:db8::7]:56324", "[::1]:443"));
}

TEST(ProxyV2, what_follows_the_header_is_not_touched) {
  const std::string header = v4_with("");
  const auto read = read_proxy_header(header + "\x16\x03\x01", {});
  EXPECT_EQ(std::get<ProxyHeaderComplete>(read).size, header.size());
  EXPECT_EQ(std::get<ProxyHeaderComplete>(read).header, v4_header());
}

TEST(ProxyV2, ipv4_mapped_addresses_are_the_ipv4_addresses) {
  const std::string mapped = from_hex(
      "00000000000000000000ffff c0000201 "
      "00000000000000000000ffff c0000202 0001 0002");
  EXPECT_EQ(header_in(v2(0x21, 0x21, mapped)), header_of("192.0.2.1:1", "192.0.2.2:2"));
}

TEST(ProxyV2, of_local_everything_is_discarded_whatever_it_is) {
  EXPECT_EQ(header_in(v2(0x20, 0x00, "")), local_header());
  EXPECT_EQ(header_in(v2(0x20, 0x11, kV4Addresses)), local_header());
  EXPECT_EQ(header_in(v2(0x20, 0x11, "short")), local_header());
  EXPECT_EQ(header_in(v2(0x20, 0x12, kV4Addresses)), local_header());
  EXPECT_EQ(header_in(v2(0x20, 0xff, "no TLVs at all")), local_header());
  EXPECT_EQ(header_in(v2(0x20, 0x00, tlv(0x02, "a.example"))), local_header());
}

TEST(ProxyV2, of_an_unspecified_family_everything_is_discarded) {
  EXPECT_EQ(header_in(v2(0x21, 0x00, "")), ProxyHeader{});
  EXPECT_EQ(header_in(v2(0x21, 0x00, "addresses of some kind")), ProxyHeader{});
  EXPECT_EQ(header_in(v2(0x21, 0x00, tlv(0x02, "a.example"))), ProxyHeader{});
}

TEST(ProxyV2, a_client_on_a_unix_socket_has_no_addresses_but_what_else_is_said) {
  EXPECT_EQ(header_in(v2(0x21, 0x31, kUnixAddresses)), ProxyHeader{});
  ProxyHeader expected;
  expected.authority = "a.example";
  EXPECT_EQ(header_in(v2(0x21, 0x31, kUnixAddresses + tlv(0x02, "a.example"))), expected);
}

TEST(ProxyV2, every_byte_of_version_and_command_but_two_is_refused) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string header = v2(byte, 0x11, kV4Addresses);
    const std::string expected = byte == 0x20 || byte == 0x21 ? "complete"
                                 : byte >> 4 == 2
                                     ? "has a PROXY header whose command is neither LOCAL nor PROXY"
                                     : "has a PROXY header whose version is not 2";
    EXPECT_EQ(refusal_of(header), expected) << byte;
    if (expected != "complete") EXPECT_EQ(refusal_of(header.substr(0, 13)), expected) << byte;
  }
}

TEST(ProxyV2, every_family_and_protocol_but_streams_is_refused) {
  const std::string body(216, 1);
  for (int byte = 0; byte < 256; ++byte) {
    const bool datagram = byte == 0x12 || byte == 0x22 || byte == 0x32;
    const bool taken = byte == 0x00 || byte == 0x11 || byte == 0x21 || byte == 0x31;
    const std::string wrong = datagram ? "has a PROXY header whose protocol is of datagrams"
                                       : "has a PROXY header whose family or protocol is unknown";
    const std::string start = v2(0x21, byte, body).substr(0, 14);
    EXPECT_EQ(refusal_of(start), taken ? "incomplete" : wrong) << byte;
  }
}

TEST(ProxyV2, a_length_that_is_less_than_the_addresses_is_refused_before_they_come) {
  const std::string wrong = "has a PROXY header whose length is less than its addresses need";
  EXPECT_EQ(refusal_of(v2(0x21, 0x11, kV4Addresses.substr(1)).substr(0, 16)), wrong);
  EXPECT_EQ(refusal_of(v2(0x21, 0x21, kV6Addresses.substr(1)).substr(0, 16)), wrong);
  EXPECT_EQ(refusal_of(v2(0x21, 0x31, kUnixAddresses.substr(1)).substr(0, 16)), wrong);
  EXPECT_EQ(refusal_of(v2(0x21, 0x21, kV4Addresses)), wrong);
  EXPECT_EQ(refusal_of(v2(0x21, 0x11, "")), wrong);
}

TEST(ProxyV2, a_length_of_more_than_4096_bytes_is_refused_before_they_come) {
  const std::string longest = v4_with(tlv(0x04, std::string(4096 - 16 - 12 - 3, '\0')));
  EXPECT_EQ(longest.size(), kLongestProxyHeader);
  EXPECT_EQ(header_in(longest), v4_header());
  const std::string wrong = "has a PROXY header whose length is more than 4096 bytes";
  EXPECT_EQ(refusal_of(v2(0x21, 0x11, std::string(4081, '\0')).substr(0, 16)), wrong);
  EXPECT_EQ(refusal_of(v2(0x21, 0x11, std::string(65535, '\0'))), wrong);
  EXPECT_EQ(refusal_of(v2(0x20, 0x00, std::string(4081, '\0')).substr(0, 16)), wrong);
}

TEST(ProxyV2, a_signature_with_one_wrong_byte_is_no_header) {
  const std::string header = v4_with("");
  for (std::size_t i = 0; i < kV2Signature.size(); ++i) {
    std::string wrong = header;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    EXPECT_EQ(refusal_of(wrong), "has no PROXY header") << i;
    EXPECT_EQ(refusal_of(wrong.substr(0, i + 1)), "has no PROXY header") << i;
  }
}

TEST(ProxyV2, addresses_are_written_as_they_are_read) {
  EXPECT_EQ(written(v4_header(), ProxyVersion::v2), v4_with(""));
  EXPECT_EQ(written(header_of("[2001:db8::7]:56324", "[::1]:443"), ProxyVersion::v2),
            v2(0x21, 0x21, kV6Addresses));
}

TEST(ProxyV2, addresses_of_two_families_are_written_as_ipv6) {
  const auto mixed = header_of("192.0.2.1:1", "[2001:db8::1]:2");
  const std::string bytes = written(mixed, ProxyVersion::v2);
  EXPECT_EQ(bytes, v2(0x21, 0x21,
                      from_hex("00000000000000000000ffffc0000201 "
                               "20010db8000000000000000000000001 0001 0002")));
  EXPECT_EQ(header_in(bytes), mixed);
  const auto turned = header_of("[2001:db8::1]:2", "192.0.2.1:1");
  EXPECT_EQ(header_in(written(turned, ProxyVersion::v2)), turned);
}

TEST(ProxyV2, a_connection_of_the_sender_s_own_is_written_with_nothing_else) {
  ProxyHeader local = full_header();
  local.command = ProxyHeader::Command::local;
  EXPECT_EQ(written(local, ProxyVersion::v2), v2(0x20, 0x00, ""));
  EXPECT_EQ(written(local, ProxyVersion::v2, ProxyChecksum::crc32c), v2(0x20, 0x00, ""));
}

// HAProxy closes the connection of a PROXY command that has no addresses of TCP.
TEST(ProxyV2, without_addresses_it_is_written_as_what_every_receiver_takes) {
  ProxyHeader header = full_header();
  header.addresses.reset();
  EXPECT_EQ(written({}, ProxyVersion::v2), v2(0x20, 0x00, ""));
  EXPECT_EQ(written(header, ProxyVersion::v2), v2(0x20, 0x00, ""));
  EXPECT_EQ(written(header, ProxyVersion::v2, ProxyChecksum::crc32c), v2(0x20, 0x00, ""));
}

}  // namespace
}  // namespace gatehouse::edge
