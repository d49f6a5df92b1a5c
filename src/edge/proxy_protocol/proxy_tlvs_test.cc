#include "edge/proxy_protocol/proxy_tlvs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/proxy_protocol/testing.h"

namespace gatehouse::edge {
namespace {

using testing::from_hex;
using testing::full_header;
using testing::header_in;
using testing::refusal_of;
using testing::tlv;
using testing::v4_header;
using testing::v4_with;
using testing::v4_with_checksum;
using testing::written;

constexpr std::string_view kTwice = "has a PROXY header whose TLVs say one thing twice";
constexpr std::string_view kCut = "has a PROXY header whose TLVs are cut off";
constexpr std::string_view kSslCut = "has a PROXY header whose SSL is cut off";
constexpr std::string_view kSslText =
    "has a PROXY header whose SSL has a text that is too long or not printable";
constexpr std::string_view kChecksum = "has a PROXY header whose CRC32C is wrong";
constexpr std::string_view kAuthority =
    "has a PROXY header whose AUTHORITY is too long or not printable";

std::string ssl(int client, std::uint32_t verify, std::string_view more = "") {
  return tlv(0x20, static_cast<char>(client) + testing::in_16_bits(verify >> 16) +
                       testing::in_16_bits(verify & 0xffff) + std::string(more));
}

ProxyHeader with_ssl(const ProxySsl& ssl) {
  ProxyHeader header = v4_header();
  header.ssl = ssl;
  return header;
}

TEST(ProxyTlvs, what_matters_is_read) {
  ProxyHeader expected = v4_header();
  expected.alpn = "h2";
  expected.authority = "a.example";
  expected.unique_id = "0123";
  EXPECT_EQ(header_in(v4_with(tlv(0x01, "h2") + tlv(0x02, "a.example") + tlv(0x05, "0123"))),
            expected);
  EXPECT_EQ(header_in(v4_with(tlv(0x05, "0123") + tlv(0x02, "a.example") + tlv(0x01, "h2"))),
            expected);
}

TEST(ProxyTlvs, what_does_not_matter_is_passed_over) {
  for (int type = 0; type < 256; ++type) {
    const bool matters = type == 0x01 || type == 0x02 || type == 0x03 || type == 0x05 ||
                         (type >= 0x20 && type < 0x26);
    if (matters) continue;
    const std::string other = tlv(type, "\xff\n") + tlv(type, "");
    EXPECT_EQ(header_in(v4_with(other + tlv(0x02, "a.example"))),
              header_in(v4_with(tlv(0x02, "a.example"))))
        << type;
  }
}

TEST(ProxyTlvs, an_empty_one_says_nothing) {
  EXPECT_EQ(header_in(v4_with(tlv(0x01, "") + tlv(0x02, "") + tlv(0x05, "") + tlv(0x04, ""))),
            v4_header());
}

TEST(ProxyTlvs, one_that_is_cut_off_anywhere_is_refused) {
  const std::string whole = tlv(0x01, "h2") + tlv(0xe0, "abc");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const bool between = size == 0 || size == 5 || size == whole.size();
    EXPECT_EQ(refusal_of(v4_with(whole.substr(0, size))), between ? "complete" : kCut) << size;
  }
  EXPECT_EQ(refusal_of(v4_with(from_hex("04 ffff 00"))), kCut);
}

TEST(ProxyTlvs, one_that_comes_twice_is_refused_even_if_it_is_the_same) {
  EXPECT_EQ(refusal_of(v4_with(tlv(0x01, "h2") + tlv(0x01, "h2"))), kTwice);
  EXPECT_EQ(refusal_of(v4_with(tlv(0x02, "") + tlv(0x02, "a.example"))), kTwice);
  EXPECT_EQ(refusal_of(v4_with(tlv(0x05, "1") + tlv(0x04, "") + tlv(0x05, "2"))), kTwice);
  EXPECT_EQ(refusal_of(v4_with(ssl(1, 0) + ssl(1, 0))), kTwice);
  const std::string sum = tlv(0x03, from_hex("00000000"));
  EXPECT_NE(refusal_of(v4_with(sum + sum)), "complete");
}

TEST(ProxyTlvs, an_alpn_is_any_255_bytes) {
  ProxyHeader expected = v4_header();
  expected.alpn = std::string(254, '\xff') + '\0';
  EXPECT_EQ(header_in(v4_with(tlv(0x01, expected.alpn))), expected);
  EXPECT_EQ(refusal_of(v4_with(tlv(0x01, std::string(256, 'x')))),
            "has a PROXY header whose ALPN is longer than 255 bytes");
}

TEST(ProxyTlvs, a_unique_id_is_any_128_bytes) {
  ProxyHeader expected = v4_header();
  expected.unique_id = std::string(127, '\n') + '\0';
  EXPECT_EQ(header_in(v4_with(tlv(0x05, expected.unique_id))), expected);
  EXPECT_EQ(refusal_of(v4_with(tlv(0x05, std::string(129, 'x')))),
            "has a PROXY header whose UNIQUE_ID is longer than 128 bytes");
}

TEST(ProxyTlvs, an_authority_is_utf8) {
  for (const std::string& name : {std::string("a.example"),
                                  std::string("b\xc3\xbc"
                                              "cher.example"),
                                  std::string("\xe2\x82\xac"), std::string("\xf0\x9f\x94\x92"),
                                  std::string("\xc2\xa0"), std::string(255, 'a')}) {
    ProxyHeader expected = v4_header();
    expected.authority = name;
    EXPECT_EQ(header_in(v4_with(tlv(0x02, name))), expected) << name;
  }
}

TEST(ProxyTlvs, an_authority_that_is_too_long_no_utf8_or_has_control_characters_is_refused) {
  for (const std::string& wrong :
       {std::string(256, 'a'), std::string("a\0b", 3), std::string("a\r\n"),
        std::string("\x1b[31m"), std::string("\x7f"), std::string("\xff"), std::string("\xc3"),
        std::string("\xc0\xaf"), std::string("\xed\xa0\x80"), std::string("\xc2\x80"),
        std::string("\xc2\x9f"), std::string("a\xe2\x82")}) {
    EXPECT_EQ(refusal_of(v4_with(tlv(0x02, wrong))), kAuthority) << wrong;
  }
}

TEST(ProxyTlvs, a_checksum_that_holds_is_taken_wherever_it_stands) {
  EXPECT_EQ(header_in(v4_with_checksum("")), v4_header());
  EXPECT_EQ(header_in(v4_with_checksum(tlv(0x02, "a.example"))),
            header_in(v4_with(tlv(0x02, "a.example"))));
}

TEST(ProxyTlvs, a_checksum_of_another_header_is_refused) {
  const std::string header = v4_with_checksum(tlv(0x02, "a.example") + tlv(0xe0, "private"));
  for (std::size_t i = 16; i < header.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string wrong = header;
      wrong[i] = static_cast<char>(wrong[i] ^ 1 << bit);
      // Its own type may become one that is passed over.
      const bool lost = i == header.size() - 7;
      if (!lost) EXPECT_NE(refusal_of(wrong), "complete") << i << " " << bit;
    }
  }
}

TEST(ProxyTlvs, a_checksum_is_four_bytes) {
  for (const std::size_t size : {0, 1, 3, 5, 8}) {
    EXPECT_EQ(refusal_of(v4_with(tlv(0x03, std::string(size, '\0')))), kChecksum) << size;
  }
}

TEST(ProxyTlvs, what_was_said_of_tls_is_read) {
  const std::string texts = tlv(0x21, "TLSv1.3") + tlv(0x22, "Zo\xc3\xab") +
                            tlv(0x23, "TLS_AES_128_GCM_SHA256") + tlv(0x24, "RSA-SHA256") +
                            tlv(0x25, "RSA2048");
  EXPECT_EQ(header_in(v4_with(ssl(7, 0, texts))), with_ssl({.tls = true,
                                                            .certificate_on_connection = true,
                                                            .certificate_in_session = true,
                                                            .verified = true,
                                                            .version = "TLSv1.3",
                                                            .cipher = "TLS_AES_128_GCM_SHA256",
                                                            .client_common_name = "Zo\xc3\xab",
                                                            .signature_algorithm = "RSA-SHA256",
                                                            .key_algorithm = "RSA2048"}));
}

TEST(ProxyTlvs, a_certificate_is_verified_only_where_there_is_one_and_the_result_is_zero) {
  struct {
    int client;
    std::uint32_t verify;
    bool verified;
  } const cases[] = {{1, 0, false}, {1, 1, false}, {3, 0, true},           {5, 0, true},
                     {7, 0, true},  {3, 1, false}, {3, 0x01000000, false}, {0, 0, false}};
  for (const auto& [client, verify, verified] : cases) {
    const auto header = header_in(v4_with(ssl(client, verify)));
    ASSERT_TRUE(header && header->ssl) << client;
    EXPECT_EQ(header->ssl->verified, verified) << client << " " << verify;
    EXPECT_EQ(header->ssl->tls, (client & 1) != 0);
    EXPECT_EQ(header->ssl->certificate_on_connection, (client & 2) != 0);
    EXPECT_EQ(header->ssl->certificate_in_session, (client & 4) != 0);
  }
}

TEST(ProxyTlvs, bits_and_types_within_ssl_that_nobody_knows_are_passed_over) {
  EXPECT_EQ(header_in(v4_with(ssl(0xf9, 1, tlv(0x26, "X25519") + tlv(0x28, "\x30\x82")))),
            with_ssl({}));
  EXPECT_EQ(header_in(v4_with(ssl(1, 1, tlv(0x01, "h2") + tlv(0x21, "TLSv1.2")))),
            with_ssl({.version = "TLSv1.2"}));
}

TEST(ProxyTlvs, texts_of_ssl_outside_of_it_are_passed_over) {
  EXPECT_EQ(header_in(v4_with(tlv(0x21, "TLSv1.3") + tlv(0x22, "root"))), v4_header());
}

TEST(ProxyTlvs, an_ssl_that_is_cut_off_anywhere_is_refused) {
  const std::string body = from_hex("01 00000001") + tlv(0x21, "TLSv1.3") + tlv(0x23, "x");
  for (std::size_t size = 0; size <= body.size(); ++size) {
    const bool between = size == 5 || size == 15 || size == body.size();
    EXPECT_EQ(refusal_of(v4_with(tlv(0x20, body.substr(0, size)))), between ? "complete" : kSslCut)
        << size;
  }
}

TEST(ProxyTlvs, a_text_of_ssl_that_reaches_behind_its_end_is_refused) {
  const std::string reaching = ssl(1, 1, from_hex("21 0008") + "TLSv1.3");
  EXPECT_EQ(refusal_of(v4_with(reaching + tlv(0x04, "xxxxxxxx"))), kSslCut);
}

TEST(ProxyTlvs, texts_of_ssl_are_short_and_printable) {
  for (const int type : {0x21, 0x22, 0x23, 0x24, 0x25}) {
    EXPECT_EQ(refusal_of(v4_with(ssl(1, 0, tlv(type, std::string(255, 'x'))))), "complete");
    for (const std::string& wrong :
         {std::string(256, 'x'), std::string("a\nb"), std::string("\0", 1), std::string("\x7f"),
          std::string("\xff"), std::string("\xc2\x85")}) {
      EXPECT_EQ(refusal_of(v4_with(ssl(1, 0, tlv(type, wrong)))), kSslText) << type;
    }
    const bool name = type == 0x22;
    EXPECT_EQ(refusal_of(v4_with(ssl(1, 0, tlv(type, "\xc3\xab")))), name ? "complete" : kSslText);
  }
}

TEST(ProxyTlvs, a_text_of_ssl_that_comes_twice_is_refused) {
  for (const int type : {0x21, 0x22, 0x23, 0x24, 0x25}) {
    EXPECT_EQ(refusal_of(v4_with(ssl(1, 0, tlv(type, "a") + tlv(type, "a")))), kTwice) << type;
  }
}

TEST(ProxyTlvs, everything_is_written_as_the_specification_has_it) {
  const std::string texts = tlv(0x21, "TLSv1.3") + tlv(0x22, "Zo\xc3\xab") +
                            tlv(0x23, "TLS_AES_128_GCM_SHA256") + tlv(0x24, "ecdsa-with-SHA256") +
                            tlv(0x25, "EC256");
  const std::string tlvs = tlv(0x01, "h2") +
                           tlv(0x02,
                               "b\xc3\xbc"
                               "cher.example") +
                           tlv(0x05, std::string("id\0\xff", 4)) + ssl(7, 0, texts);
  EXPECT_EQ(written(full_header(), ProxyVersion::v2), v4_with(tlvs));
  EXPECT_EQ(written(full_header(), ProxyVersion::v2, ProxyChecksum::crc32c),
            v4_with_checksum(tlvs));
}

TEST(ProxyTlvs, a_certificate_that_is_not_there_is_never_written_as_verified) {
  EXPECT_EQ(written(with_ssl({.verified = true}), ProxyVersion::v2), v4_with(ssl(1, 1)));
  EXPECT_EQ(written(with_ssl({.certificate_in_session = true, .verified = true}), ProxyVersion::v2),
            v4_with(ssl(5, 0)));
  EXPECT_EQ(written(with_ssl({.tls = false}), ProxyVersion::v2), v4_with(ssl(0, 1)));
}

TEST(ProxyTlvs, what_would_not_be_read_again_is_not_written) {
  const auto unwritten = [](auto change) {
    ProxyHeader header = full_header();
    change(header);
    return written(header, ProxyVersion::v2).empty();
  };
  EXPECT_FALSE(unwritten([](ProxyHeader&) {}));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.alpn.assign(256, 'x'); }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.authority.assign(256, 'x'); }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.authority = "a\n"; }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.unique_id.assign(129, 'x'); }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.ssl->version = "\xc3\xab"; }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.ssl->cipher = "\n"; }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.ssl->client_common_name = "\xff"; }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.ssl->key_algorithm.assign(256, 'x'); }));
  EXPECT_TRUE(unwritten([](ProxyHeader& header) { header.ssl->signature_algorithm = "\x7f"; }));
}

TEST(ProxyTlvs, what_can_be_said_is_what_is_written) {
  for (const std::string& text :
       {std::string("a.example"), std::string("Zo\xc3\xab"), std::string(), std::string("\n"),
        std::string("\xff"), std::string(256, 'x')}) {
    ProxyHeader header = v4_header();
    header.authority = text;
    EXPECT_EQ(written(header, ProxyVersion::v2).empty(), !ProxyHeader::can_say(text)) << text;
  }
}

TEST(ProxyTlvs, version_1_is_written_whatever_only_version_2_could_not_say) {
  ProxyHeader header = v4_header();
  header.authority = "\n";
  EXPECT_EQ(written(header, ProxyVersion::v1), written(v4_header(), ProxyVersion::v1));
}

TEST(ProxyTlvs, the_fullest_header_fits_into_the_longest) {
  const std::string most(255, 'x');
  ProxyHeader header = testing::header_of("[::1]:1", "[::2]:2");
  header.alpn = most;
  header.authority = most;
  header.unique_id.assign(128, 'x');
  header.ssl = ProxySsl{.certificate_on_connection = true,
                        .verified = true,
                        .version = most,
                        .cipher = most,
                        .client_common_name = most,
                        .signature_algorithm = most,
                        .key_algorithm = most};
  EXPECT_EQ(header_in(written(header, ProxyVersion::v2, ProxyChecksum::crc32c)), header);
}

}  // namespace
}  // namespace gatehouse::edge
