#include "edge/proxy_protocol/proxy_header.h"

#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/proxy_protocol/testing.h"

namespace gatehouse::edge {
namespace {

using testing::full_header;
using testing::header_in;
using testing::header_of;
using testing::is_incomplete;
using testing::refusal_of;
using ::testing::StartsWith;
using testing::v2;
using testing::v4_with;
using testing::written;

const std::string kV1 = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";

std::vector<std::string> valid_headers() {
  return {kV1,
          "PROXY TCP6 :: :: 0 0\r\n",
          "PROXY TCP6 2001:db8:1:2:3:4:5:6 ::ffff:192.0.2.1 65535 443\r\n",
          "PROXY UNKNOWN\r\n",
          "PROXY UNKNOWN TCP4 and what not\r\n",
          v2(0x20, 0x00, ""),
          v2(0x20, 0x21, "whatever"),
          v2(0x21, 0x00, "whatever"),
          v4_with(""),
          v4_with(testing::tlv(0xe4, std::string(3000, 'x'))),
          written(header_of("[2001:db8::7]:1", "192.0.2.1:2"), ProxyVersion::v2),
          written(full_header(), ProxyVersion::v2),
          written(full_header(), ProxyVersion::v2, ProxyChecksum::crc32c),
          v2(0x21, 0x31, testing::kUnixAddresses + testing::tlv(0x02, "a.example"))};
}

std::size_t needed_after(std::string_view bytes) {
  const auto read = read_proxy_header(bytes, {});
  const auto* incomplete = std::get_if<ProxyHeaderIncomplete>(&read);
  return incomplete == nullptr ? 0 : incomplete->needed;
}

TEST(ProxyHeader, every_part_of_one_is_incomplete_and_asks_for_no_byte_behind_it) {
  for (const std::string& header : valid_headers()) {
    ASSERT_TRUE(header_in(header)) << header;
    for (std::size_t size = 0; size < header.size(); ++size) {
      const std::size_t needed = needed_after(header.substr(0, size));
      EXPECT_GE(needed, 1U) << header << " " << size;
      EXPECT_LE(size + needed, header.size()) << header << " " << size;
    }
  }
}

TEST(ProxyHeader, reading_what_is_needed_ends_exactly_at_its_end) {
  for (const std::string& header : valid_headers()) {
    const std::string more = header + "\x16\x03\x01\x02";
    std::size_t size = 0;
    while (const std::size_t needed = needed_after(more.substr(0, size))) size += needed;
    EXPECT_EQ(size, header.size()) << header;
  }
}

TEST(ProxyHeader, one_of_version_2_takes_two_reads_and_one_of_version_1_few) {
  const auto reads = [](const std::string& header, ProxyVersions accepted) {
    std::size_t size = 0;
    int count = 0;
    for (; size < header.size(); ++count) {
      const auto read = read_proxy_header(header.substr(0, size), accepted);
      size += std::get<ProxyHeaderIncomplete>(read).needed;
    }
    return count;
  };
  EXPECT_EQ(reads(v4_with(""), {.v1 = false}), 2);
  EXPECT_EQ(reads(v2(0x20, 0x00, ""), {.v1 = false}), 1);
  EXPECT_EQ(reads(v4_with(""), {}), 3);
  EXPECT_LE(reads(kV1, {}), 8);
}

TEST(ProxyHeader, what_follows_changes_nothing) {
  for (const std::string& header : valid_headers()) {
    for (const std::string& more :
         {std::string("\x16\x03\x01"), kV1, v4_with(""), std::string(1, '\n')}) {
      const auto read = read_proxy_header(header + more, {});
      ASSERT_TRUE(std::holds_alternative<ProxyHeaderComplete>(read)) << header;
      EXPECT_EQ(std::get<ProxyHeaderComplete>(read).size, header.size());
      EXPECT_EQ(std::get<ProxyHeaderComplete>(read).header, header_in(header));
    }
  }
}

// What is decided stays so, whatever comes.
TEST(ProxyHeader, with_any_byte_changed_all_pieces_say_the_same) {
  for (const std::string& header : valid_headers()) {
    if (header.size() > 300) continue;
    for (std::size_t i = 0; i < header.size(); ++i) {
      for (const int mask : {0x01, 0x10, 0x20, 0x80, 0xff}) {
        std::string changed = header;
        changed[i] = static_cast<char>(changed[i] ^ mask);
        const std::string whole = refusal_of(changed);
        std::size_t size = 0;
        while (size < changed.size() &&
               is_incomplete(read_proxy_header(changed.substr(0, size), {})))
          ++size;
        EXPECT_EQ(refusal_of(changed.substr(0, size)), whole) << header << " " << i << " " << mask;
      }
    }
  }
}

TEST(ProxyHeader, what_begins_otherwise_is_refused_at_its_first_wrong_byte) {
  for (const std::string& other :
       {std::string("\x16\x03\x01\x02\x00\x01", 6), std::string("GET / HTTP/1.1\r\n"),
        std::string("proxy TCP4"), std::string(1, '\0'), std::string("\n"),
        std::string(" PROXY ")}) {
    EXPECT_EQ(refusal_of(other.substr(0, 1)), "has no PROXY header");
    EXPECT_EQ(refusal_of(other), "has no PROXY header");
  }
  EXPECT_EQ(refusal_of("PRI * HTTP/2.0"), "has no PROXY header");
  EXPECT_EQ(refusal_of("PROX"), "incomplete");
  EXPECT_EQ(refusal_of("PROXX"), "has no PROXY header");
  EXPECT_EQ(refusal_of("PROXY\t"), "has no PROXY header");
  EXPECT_EQ(refusal_of("\r\nGET"), "has no PROXY header");
}

TEST(ProxyHeader, a_version_that_is_not_accepted_is_refused) {
  for (const std::string& header : valid_headers()) {
    const bool text = header.starts_with("PROXY");
    EXPECT_EQ(refusal_of(header, {.v1 = text, .v2 = !text}), "complete");
    EXPECT_EQ(refusal_of(header, {.v1 = !text, .v2 = text}),
              text ? "has a PROXY header whose version is 1 where 2 is expected"
                   : "has a PROXY header whose version is 2 where 1 is expected");
  }
  EXPECT_EQ(refusal_of("POST / HTTP/1.1", {.v1 = false}), "has no PROXY header");
  EXPECT_EQ(refusal_of("\r\n\r\nGET", {.v2 = false}), "has no PROXY header");
}

TEST(ProxyHeader, a_refusal_is_the_second_half_of_a_sentence) {
  for (const std::string& broken :
       {std::string("GET "), std::string("PROXY X\r\n"), v2(0x31, 0, ""), v2(0x21, 0x12, "")}) {
    EXPECT_THAT(refusal_of(broken), StartsWith("has "));
    EXPECT_FALSE(refusal_of(broken).ends_with('.'));
  }
}

TEST(ProxyHeader, a_buffer_that_is_too_small_is_written_nothing_and_one_that_fits_everything) {
  for (const ProxyVersion version : {ProxyVersion::v1, ProxyVersion::v2}) {
    const std::string whole = written(full_header(), version, ProxyChecksum::crc32c);
    ASSERT_FALSE(whole.empty());
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      // Of its own on the heap, so that AddressSanitizer sees what is written behind it.
      const auto out = std::make_unique<char[]>(size);
      const auto wrote =
          write_proxy_header({out.get(), size}, full_header(), version, ProxyChecksum::crc32c);
      ASSERT_EQ(wrote.has_value(), size == whole.size()) << size;
      if (wrote) EXPECT_EQ(std::string_view(out.get(), size), whole);
    }
  }
}

class Some {
 public:
  explicit Some(unsigned seed) : random_(seed) {}

  bool flag() { return number(2) == 0; }
  std::size_t number(std::size_t below) { return random_() % below; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(number(256)); }
  std::string bytes(std::size_t most) {
    std::string bytes(flag() ? number(most + 1) : 0, '\0');
    for (char& c : bytes) c = static_cast<char>(byte());
    return bytes;
  }
  std::string text(const std::vector<std::string>& letters, std::size_t most) {
    std::string text;
    for (std::size_t left = flag() ? number(most) : 0; left > 0; --left) {
      text += letters[number(letters.size())];
    }
    return text;
  }
  std::string ascii() { return text({"a", "Z", "0", " ", "~", "-"}, 255); }
  std::string utf8() {
    return text({"a", ".", "\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x94\x92"}, 64);
  }
  IpEndpoint endpoint() {
    std::array<std::uint8_t, 4> four{byte(), byte(), byte(), byte()};
    std::array<std::uint8_t, 16> six{};
    for (std::uint8_t& one : six) one = flag() ? byte() : 0;
    const auto port = static_cast<std::uint16_t>(number(65536));
    return {flag() ? IpAddress::v4(four) : IpAddress::v6(six), port};
  }
  ProxySsl ssl() {
    ProxySsl ssl{
        .tls = flag(), .certificate_on_connection = flag(), .certificate_in_session = flag()};
    ssl.verified = (ssl.certificate_on_connection || ssl.certificate_in_session) && flag();
    ssl.version = ascii();
    ssl.cipher = ascii();
    ssl.client_common_name = utf8();
    ssl.signature_algorithm = ascii();
    ssl.key_algorithm = ascii();
    return ssl;
  }
  ProxyHeader header() {
    ProxyHeader header;
    header.addresses = {endpoint(), endpoint()};
    header.alpn = bytes(255);
    header.authority = utf8();
    header.unique_id = bytes(128);
    if (flag()) header.ssl = ssl();
    return header;
  }

 private:
  std::mt19937 random_;
};

TEST(ProxyHeader, whatever_is_written_in_version_2_is_read_as_the_same) {
  Some some(1);
  for (int i = 0; i < 1000; ++i) {
    const ProxyHeader header = some.header();
    const ProxyChecksum checksum = some.flag() ? ProxyChecksum::crc32c : ProxyChecksum::none;
    EXPECT_EQ(header_in(written(header, ProxyVersion::v2, checksum)), header) << i;
  }
}

TEST(ProxyHeader, of_whatever_is_written_in_version_1_the_addresses_are_read_as_the_same) {
  Some some(2);
  for (int i = 0; i < 1000; ++i) {
    const ProxyHeader header = some.header();
    ProxyHeader expected;
    expected.addresses = header.addresses;
    EXPECT_EQ(header_in(written(header, ProxyVersion::v1)), expected) << i;
  }
}

TEST(ProxyHeader, noise_behind_a_valid_start_is_refused_or_read_but_never_read_beyond) {
  Some some(3);
  for (int i = 0; i < 1000; ++i) {
    const std::string body = some.bytes(255);
    // Of its own on the heap, so that AddressSanitizer sees what is read behind it.
    const std::string header = v2(0x21, std::array{0x00, 0x11, 0x21, 0x31}[some.number(4)], body);
    const std::vector<char> bytes(header.begin(), header.end());
    EXPECT_NE(refusal_of({bytes.data(), bytes.size()}), "incomplete");
  }
}

}  // namespace
}  // namespace gatehouse::edge
