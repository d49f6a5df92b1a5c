// Headers as they were received from programs that send them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/proxy_protocol/testing.h"

namespace gatehouse::edge {
namespace {

using testing::from_hex;
using ::testing::HasSubstr;
using testing::header_in;
using testing::header_of;
using testing::refusal_of;
using testing::tlv;

TEST(ProxySenders, curl_7_88_with_haproxy_protocol) {
  EXPECT_EQ(header_in("PROXY TCP4 127.0.0.1 127.0.0.1 58098 49883\r\n"),
            header_of("127.0.0.1:58098", "127.0.0.1:49883"));
  EXPECT_EQ(header_in("PROXY TCP6 ::1 ::1 41096 48431\r\n"),
            header_of("[::1]:41096", "[::1]:48431"));
}

TEST(ProxySenders, haproxy_2_6_with_send_proxy) {
  EXPECT_EQ(header_in("PROXY TCP4 127.0.0.1 127.0.0.1 41150 55679\r\n"),
            header_of("127.0.0.1:41150", "127.0.0.1:55679"));
}

TEST(ProxySenders, haproxy_2_6_with_send_proxy_v2) {
  EXPECT_EQ(header_in(from_hex("0d0a0d0a000d0a515549540a 21 21 0024"
                               "00000000000000000000000000000001 00000000000000000000000000000001"
                               "cbae e291")),
            header_of("[::1]:52142", "[::1]:58001"));
}

TEST(ProxySenders, a_health_check_of_haproxy_2_6) {
  const auto header = header_in(from_hex("0d0a0d0a000d0a515549540a 20 00 0000"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->command, ProxyHeader::Command::local);
}

// send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,cert-key,cert-sig,authority,crc32c,
// unique-id, of a client with a certificate.
TEST(ProxySenders, haproxy_2_6_with_all_that_it_knows_of_tls) {
  const std::string bytes =
      from_hex(
          "0d0a0d0a000d0a515549540a 21 11 0094 7f000001 7f000001 e714 ca8b"
          "03 0004 d6ea6134 01 0002 6832") +
      tlv(0x02, "a.example") + tlv(0x05, "33eb13a0-e3fa-44d0-a8d4-ba499d2a8ce5") +
      from_hex("20 0046 07 00000000") + tlv(0x21, "TLSv1.3") + tlv(0x22, "Zo\xc3\xab") +
      tlv(0x25, "RSA2048") + tlv(0x24, "RSA-SHA256") + tlv(0x23, "TLS_AES_256_GCM_SHA384");
  ProxyHeader expected = header_of("127.0.0.1:59156", "127.0.0.1:51851");
  expected.alpn = "h2";
  expected.authority = "a.example";
  expected.unique_id = "33eb13a0-e3fa-44d0-a8d4-ba499d2a8ce5";
  expected.ssl = ProxySsl{.tls = true,
                          .certificate_on_connection = true,
                          .certificate_in_session = true,
                          .verified = true,
                          .version = "TLSv1.3",
                          .cipher = "TLS_AES_256_GCM_SHA384",
                          .client_common_name = "Zo\xc3\xab",
                          .signature_algorithm = "RSA-SHA256",
                          .key_algorithm = "RSA2048"};
  EXPECT_EQ(header_in(bytes), expected);
}

// The example in the documentation of Amazon's Network Load Balancer: a private TLV names the
// endpoint, and another fills up.
TEST(ProxySenders, a_load_balancer_whose_checksum_holds) {
  const std::string bytes = from_hex(
                                "0d0a0d0a000d0a515549540a 21 11 0054 ac1f0771 ac1f0a1f c8f2 0050 "
                                "03 0004 e8d6892d ea 0017 01") +
                            "vpce-08d2bf15fac5001c9" + tlv(0x04, std::string(36, '\0'));
  EXPECT_EQ(header_in(bytes), header_of("172.31.7.113:51442", "172.31.10.31:80"));
  for (std::size_t i = 16; i < bytes.size(); ++i) {
    // A type beside that of the checksum is passed over.
    if (i == 28) continue;
    std::string wrong = bytes;
    wrong[i] = static_cast<char>(wrong[i] ^ 0x40);
    EXPECT_THAT(refusal_of(wrong), HasSubstr("has a PROXY header whose ")) << i;
  }
}

}  // namespace
}  // namespace gatehouse::edge
