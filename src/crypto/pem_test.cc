#include "crypto/pem.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kTwo =
    "a comment\n"
    "-----BEGIN A-----\nAQID\n-----END A-----\n"
    "\r\nSubject: CN=x\r\n"
    "-----BEGIN B C-----\r\n  BAUG \r\nBwg=\r\n-----END B C-----";

TEST(Pem, finds_every_block_between_any_other_text) {
  const auto blocks = parse_pem(kTwo).value();
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].label, "A");
  EXPECT_EQ(as_text(blocks[0].der.view()), "\1\2\3");
  EXPECT_EQ(blocks[1].label, "B C");
  EXPECT_EQ(as_text(blocks[1].der.view()), "\4\5\6\7\10");
}

TEST(Pem, a_text_without_blocks_is_empty_and_no_error) {
  EXPECT_TRUE(parse_pem("").value().empty());
  EXPECT_TRUE(parse_pem("hello\n-----BEGIN-----\n").value().empty());
}

TEST(Pem, names_the_line_that_is_wrong) {
  EXPECT_EQ(parse_pem("\n-----BEGIN A-----\nAQID\n").error().what,
            "line 3 of the PEM text: \"A\" has no END");
  EXPECT_EQ(parse_pem("-----BEGIN A-----\nAQ!D\n-----END A-----\n").error().what,
            "line 3 of the PEM text: \"A\" is not base64");
  EXPECT_EQ(parse_pem("-----BEGIN A-----\nAQID\n-----END B-----\n").error().what,
            "line 3 of the PEM text: END does not match its BEGIN");
}

TEST(Pem, refuses_what_is_no_block) {
  for (const std::string_view bad :
       {"-----END A-----\n", "-----BEGIN A-----\n-----BEGIN A-----\n-----END A-----\n",
        "-----BEGIN A-----\n-----END A-----\n", "-----BEGIN A-----\nAQI\n-----END A-----\n",
        "-----BEGIN A-----\nAQID=\n-----END A-----\n",
        "-----BEGIN A-----\nA=ID\n-----END A-----\n"}) {
    EXPECT_FALSE(parse_pem(bad)) << bad;
  }
}

TEST(Pem, sees_that_a_block_is_encrypted_and_how) {
  const auto blocks = parse_pem(
                          "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                          "DEK-Info: AES-256-CBC,00112233\n\nAQID\n-----END RSA PRIVATE KEY-----\n")
                          .value();
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_TRUE(blocks[0].encrypted);
  EXPECT_EQ(blocks[0].encryption, "AES-256-CBC,00112233");
  EXPECT_EQ(as_text(blocks[0].der.view()), "\1\2\3");
}

TEST(Pem, is_bounded) {
  EXPECT_FALSE(parse_pem(std::string(kLargestPemText + 1, '\n')));
  std::string many;
  for (std::size_t i = 0; i < kMostPemBlocks; ++i) {
    many += "-----BEGIN A-----\nAQID\n-----END A-----\n";
  }
  EXPECT_EQ(parse_pem(many).value().size(), kMostPemBlocks);
  EXPECT_FALSE(parse_pem(many + "-----BEGIN A-----\nAQID\n-----END A-----\n"));
}

TEST(Pem, writes_what_it_reads_for_every_length_of_the_last_line) {
  for (std::size_t size = 1; size < 200; ++size) {
    const Bytes der(size, static_cast<std::uint8_t>(size));
    const std::string text = write_pem("THING", der);
    const Secret secret = write_secret_pem("THING", Secret(ByteView(der)));
    EXPECT_EQ(text, as_text(secret.view()));
    const auto blocks = parse_pem(text).value();
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(as_text(blocks[0].der.view()), as_text(der));
  }
}

}  // namespace
}  // namespace gatehouse::crypto
