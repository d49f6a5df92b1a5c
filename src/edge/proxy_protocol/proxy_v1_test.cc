#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/proxy_protocol/testing.h"

namespace gatehouse::edge {
namespace {

using ::testing::HasSubstr;
using testing::header_in;
using testing::header_of;
using testing::is_incomplete;
using testing::refusal_of;
using testing::v4_header;
using testing::written;

std::string line(std::string_view text) { return "PROXY " + std::string(text) + "\r\n"; }

TEST(ProxyV1, the_example_of_the_specification_ends_where_the_request_begins) {
  const std::string header = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";
  const auto read = read_proxy_header(header + "GET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n", {});
  const auto& complete = std::get<ProxyHeaderComplete>(read);
  EXPECT_EQ(complete.size, header.size());
  EXPECT_EQ(complete.header, v4_header());
}

TEST(ProxyV1, the_longest_lines_of_the_specification_are_read) {
  const std::string most = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  const std::string v4 = line("TCP4 255.255.255.255 255.255.255.255 65535 65535");
  const std::string v6 = line("TCP6 " + most + " " + most + " 65535 65535");
  const std::string unknown = line("UNKNOWN " + most + " " + most + " 65535 65535");
  EXPECT_EQ(v4.size(), 56U);
  EXPECT_EQ(v6.size(), 104U);
  EXPECT_EQ(unknown.size(), 107U);
  EXPECT_EQ(header_in(v4), header_of("255.255.255.255:65535", "255.255.255.255:65535"));
  EXPECT_EQ(header_in(v6), header_of("[" + most + "]:65535", "[" + most + "]:65535"));
  EXPECT_EQ(header_in(unknown), ProxyHeader{});
}

TEST(ProxyV1, the_shortest_lines_are_read) {
  EXPECT_EQ(header_in("PROXY UNKNOWN\r\n"), ProxyHeader{});
  EXPECT_EQ(header_in("PROXY TCP6 :: :: 0 0\r\n"), header_of("[::]:0", "[::]:0"));
  EXPECT_EQ(header_in("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), header_of("0.0.0.0:0", "0.0.0.0:0"));
}

TEST(ProxyV1, ipv6_may_be_written_in_any_of_its_forms) {
  const auto expected = header_of("[2001:db8::7]:1", "[2001:db8::a]:2");
  EXPECT_EQ(header_in(line("TCP6 2001:db8::7 2001:db8::a 1 2")), expected);
  EXPECT_EQ(header_in(line("TCP6 2001:DB8::7 2001:DB8::A 1 2")), expected);
  EXPECT_EQ(header_in(line("TCP6 2001:0db8:0:0:0:0:0:7 2001:0db8:0000:0000::000a 1 2")), expected);
}

TEST(ProxyV1, an_ipv4_mapped_address_in_a_line_of_ipv6_is_the_ipv4_address) {
  const auto expected = header_of("192.0.2.1:1", "192.0.2.2:2");
  EXPECT_EQ(header_in(line("TCP6 ::ffff:192.0.2.1 ::ffff:c000:202 1 2")), expected);
}

TEST(ProxyV1, behind_unknown_anything_may_stand) {
  for (const std::string_view rest :
       {"", " ", "  ", " 1", " TCP4 1.2.3.4 1.2.3.4 1 2", " \x01\xff\t", " PROXY"}) {
    EXPECT_EQ(header_in(line("UNKNOWN" + std::string(rest))), ProxyHeader{}) << rest;
  }
  EXPECT_EQ(header_in(line(std::string("UNKNOWN \0", 9))), ProxyHeader{});
}

TEST(ProxyV1, unknown_is_a_whole_word) {
  EXPECT_THAT(refusal_of(line("UNKNOWNS")), HasSubstr("TCP4, TCP6 and UNKNOWN"));
  EXPECT_THAT(refusal_of(line("UNKNOW")), HasSubstr("TCP4, TCP6 and UNKNOWN"));
}

TEST(ProxyV1, a_protocol_that_is_none_of_the_three_is_refused) {
  for (const std::string_view wrong :
       {"", " ", "TCP", "TCP5 1.2.3.4 1.2.3.4 1 2", "tcp4 1.2.3.4 1.2.3.4 1 2", "unknown",
        "UDP4 1.2.3.4 1.2.3.4 1 2", " TCP4 1.2.3.4 1.2.3.4 1 2", "TCP4\t1.2.3.4 1.2.3.4 1 2"}) {
    EXPECT_EQ(refusal_of(line(wrong)),
              "has a PROXY header whose protocol is none of TCP4, TCP6 and UNKNOWN")
        << wrong;
  }
}

TEST(ProxyV1, words_are_four_with_exactly_one_space_between_them) {
  for (const std::string_view wrong :
       {"TCP4", "TCP4 ", "TCP4 1.2.3.4", "TCP4 1.2.3.4 1.2.3.4 1", "TCP4 1.2.3.4 1.2.3.4 1 ",
        "TCP4 1.2.3.4 1.2.3.4 1 2 ", "TCP4 1.2.3.4 1.2.3.4 1 2 3", "TCP4  1.2.3.4 1.2.3.4 1 2",
        "TCP4 1.2.3.4  1.2.3.4 1 2", "TCP4 1.2.3.4 1.2.3.4 1  2", "TCP4 1.2.3.4\t1.2.3.4 1 2"}) {
    EXPECT_EQ(refusal_of(line(wrong)),
              "has a PROXY header whose line is not two addresses and two ports, one space before "
              "each")
        << wrong;
  }
}

TEST(ProxyV1, an_ipv4_address_that_is_not_exactly_so_is_refused) {
  for (const std::string_view wrong :
       {"1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3", "1..2.3",
        "0x1.2.3.4", "16909060", "+1.2.3.4", "1.2.3.4/32", "localhost", "1.2.3.4:5"}) {
    for (const std::string& text :
         {std::string(wrong) + " 1.2.3.4", "1.2.3.4 " + std::string(wrong)}) {
      EXPECT_EQ(refusal_of(line("TCP4 " + text + " 1 2")),
                "has a PROXY header whose protocol is TCP4 and one of whose addresses is not IPv4")
          << text;
    }
  }
}

TEST(ProxyV1, an_ipv6_address_that_is_not_exactly_so_is_refused) {
  for (const std::string_view wrong :
       {"1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", "12345::", "g::", "[::1]", "::1%1",
        "fe80::1%lo", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "::/0", "[::1", "::1]", "::1.2.3.04"}) {
    for (const std::string& text : {std::string(wrong) + " ::1", "::1 " + std::string(wrong)}) {
      EXPECT_EQ(refusal_of(line("TCP6 " + text + " 1 2")),
                "has a PROXY header whose protocol is TCP6 and one of whose addresses is not IPv6")
          << text;
    }
  }
}

TEST(ProxyV1, both_addresses_are_of_the_family_that_the_line_names) {
  for (const std::string_view wrong :
       {"TCP4 ::1 ::1 1 2", "TCP4 1.2.3.4 ::1 1 2", "TCP4 ::1 1.2.3.4 1 2",
        "TCP4 ::ffff:1.2.3.4 1.2.3.4 1 2", "TCP6 1.2.3.4 1.2.3.4 1 2", "TCP6 ::1 1.2.3.4 1 2",
        "TCP6 1.2.3.4 ::1 1 2"}) {
    EXPECT_THAT(refusal_of(line(wrong)), HasSubstr("one of whose addresses is not IPv")) << wrong;
  }
}

TEST(ProxyV1, an_address_with_a_zero_byte_is_refused) {
  EXPECT_THAT(refusal_of(line(std::string("TCP4 1.2.3.4\0x 1.2.3.4 1 2", 26))),
              HasSubstr("not IPv4"));
  EXPECT_THAT(refusal_of(line(std::string("TCP6 ::1\0x ::1 1 2", 18))), HasSubstr("not IPv6"));
}

TEST(ProxyV1, a_port_is_a_number_up_to_65535_without_zeros_before_it) {
  EXPECT_EQ(header_in(line("TCP4 1.2.3.4 1.2.3.4 0 65535")),
            header_of("1.2.3.4:0", "1.2.3.4:65535"));
  for (const std::string_view wrong :
       {"65536", "00", "01", "0443", "-1", "+1", "1.", "0x1", "a", "1a", "99999999999999999999"}) {
    for (const std::string& text : {std::string(wrong) + " 1", "1 " + std::string(wrong)}) {
      EXPECT_EQ(refusal_of(line("TCP4 1.2.3.4 1.2.3.4 " + text)),
                "has a PROXY header one of whose ports is no number up to 65535")
          << text;
    }
  }
}

TEST(ProxyV1, a_line_ends_with_both_cr_and_lf) {
  const std::string wrong = "has a PROXY header whose line does not end with CR and LF";
  EXPECT_EQ(refusal_of("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n"), wrong);
  EXPECT_EQ(refusal_of("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rG"), wrong);
  EXPECT_EQ(refusal_of("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r\n"), wrong);
  EXPECT_EQ(refusal_of("PROXY UNKNOWN\n"), wrong);
  EXPECT_EQ(refusal_of("PROXY UNKNOWN \n\r\n"), wrong);
  EXPECT_EQ(refusal_of("PROXY \n"), wrong);
  EXPECT_EQ(refusal_of("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r"), "incomplete");
}

TEST(ProxyV1, a_line_of_more_than_107_bytes_is_refused_as_soon_as_it_is_sure) {
  const std::string wrong = "has a PROXY header whose line does not end within 107 bytes";
  const std::string start = "PROXY UNKNOWN ";
  EXPECT_EQ(refusal_of(start + std::string(91, 'x')), "incomplete");
  EXPECT_EQ(header_in(start + std::string(91, 'x') + "\r\n"), ProxyHeader{});
  EXPECT_EQ(refusal_of(start + std::string(92, 'x')), wrong);
  EXPECT_EQ(refusal_of(start + std::string(92, 'x') + "\r\n"), wrong);
  EXPECT_EQ(refusal_of(start + std::string(100'000, 'x')), wrong);
  EXPECT_EQ(refusal_of("PROXY TCP4 " + std::string(100'000, '1')), wrong);
}

TEST(ProxyV1, addresses_are_written_as_the_specification_wants_them) {
  EXPECT_EQ(written(v4_header(), ProxyVersion::v1),
            "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
  EXPECT_EQ(written(header_of("[2001:db8::7]:0", "[::1]:65535"), ProxyVersion::v1),
            "PROXY TCP6 2001:db8::7 ::1 0 65535\r\n");
}

TEST(ProxyV1, addresses_of_two_families_are_written_as_ipv6) {
  const auto mixed = header_of("192.0.2.1:1", "[2001:db8::1]:2");
  const std::string bytes = written(mixed, ProxyVersion::v1);
  EXPECT_EQ(bytes, "PROXY TCP6 ::ffff:c000:201 2001:db8::1 1 2\r\n");
  EXPECT_EQ(header_in(bytes), mixed);
  EXPECT_EQ(written(header_of("[2001:db8::1]:2", "0.0.0.7:1"), ProxyVersion::v1),
            "PROXY TCP6 2001:db8::1 ::ffff:0:7 2 1\r\n");
}

TEST(ProxyV1, without_addresses_or_of_a_connection_of_the_sender_s_own_it_is_unknown) {
  EXPECT_EQ(written({}, ProxyVersion::v1), "PROXY UNKNOWN\r\n");
  ProxyHeader local = v4_header();
  local.command = ProxyHeader::Command::local;
  EXPECT_EQ(written(local, ProxyVersion::v1), "PROXY UNKNOWN\r\n");
}

TEST(ProxyV1, nothing_but_addresses_is_written) {
  EXPECT_EQ(written(testing::full_header(), ProxyVersion::v1, ProxyChecksum::crc32c),
            written(v4_header(), ProxyVersion::v1));
}

}  // namespace
}  // namespace gatehouse::edge
