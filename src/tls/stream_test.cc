#include <openssl/aead.h>

#include "tls/bare_client.h"

namespace gatehouse::tls::testing {
namespace {

using io::Flush;
using io::IoStatus;

class Stream : public BareTest {
 protected:
  // A secure connection with a client that the test can misuse.
  Bare secure_bare(int type = SOCK_STREAM, std::uint16_t version = TLS1_3_VERSION) {
    Bare made = bare("a.example", type);
    made.client->version(version);
    run(*made.client);
    EXPECT_TRUE(made.secure());
    return made;
  }
  Connection secure() {
    Connection made = connect();
    EXPECT_TRUE(made.secure());
    return made;
  }
  IoStatus read_status(End& end) {
    std::array<char, 64> some;
    return end.stream.read(some).status;
  }
};

TEST_F(Stream, carries_bytes_both_ways) {
  const Connection made = secure();
  EXPECT_EQ(made.client->write("question").bytes, 8u);
  settle();
  EXPECT_EQ(made.server->read(), "question");
  EXPECT_EQ(made.server->status, IoStatus::would_block);
  EXPECT_EQ(made.server->write("answer").bytes, 6u);
  settle();
  EXPECT_EQ(made.client->read(), "answer");
}

TEST_F(Stream, one_read_takes_many_records) {
  const Bare made = secure_bare();
  std::string all;
  for (int i = 0; i < 50; ++i) {
    made.client->write(std::string(100, static_cast<char>('a' + i % 26)));
    all += std::string(100, static_cast<char>('a' + i % 26));
  }
  run(*made.client);
  std::string into(all.size() + 1, '\0');
  EXPECT_EQ(made.server->stream.read(into).bytes, all.size());
  into.pop_back();
  EXPECT_EQ(into, all);
}

TEST_F(Stream, what_a_small_buffer_left_can_be_read_without_a_wait) {
  const Connection made = secure();
  EXPECT_EQ(made.client->write("abcdef").bytes, 6u);
  EXPECT_EQ(made.client->write("ghi").bytes, 3u);
  settle();
  std::string all;
  while (made.server->stream.may_read()) {
    std::array<char, 2> two;
    const io::IoResult got = made.server->stream.read(two);
    all.append(two.data(), got.bytes);
  }
  EXPECT_EQ(all, "abcdefghi");
}

TEST_F(Stream, half_a_record_is_nothing_to_read) {
  for (const std::size_t part : {1u, 4u, 5u, 6u, 50u}) {
    const Bare made = secure_bare();
    made.client->write(std::string(100, 'x'));
    const std::string record = made.client->take_output();
    made.client->far().send(record.substr(0, part));
    settle();
    EXPECT_EQ(read_status(*made.server), IoStatus::would_block) << part;
    EXPECT_FALSE(made.server->stream.may_read()) << "a reader in a loop would spin: " << part;
    made.client->far().send(record.substr(part));
    settle();
    EXPECT_TRUE(made.server->stream.may_read());
    EXPECT_EQ(made.server->read(), std::string(100, 'x'));
  }
}

TEST_F(Stream, data_that_came_with_the_end_of_the_handshake_is_not_lost) {
  for (const std::uint16_t version : kVersions) {
    const Bare made = bare();
    made.client->version(version);
    while (!made.client->secure()) {
      settle();
      // The last flight stays in the client until the data is behind it.
      if (SSL_do_handshake(made.client->native()) == 1) break;
      made.client->step();
    }
    made.client->write("at once");
    run(*made.client);
    ASSERT_TRUE(made.server->secure());
    EXPECT_TRUE(made.server->stream.may_read());
    EXPECT_EQ(made.server->read(), "at once");
  }
}

// ------------------------------------------------------------------ ends

TEST_F(Stream, the_last_write_leaves_in_one_segment_with_its_close_notify) {
  for (const std::uint16_t version : kVersions) {
    const Bare made = secure_bare(SOCK_SEQPACKET, version);
    const std::size_t before = made.client->segments().size();
    EXPECT_EQ(made.server->write("bye", Flush::last).status, IoStatus::ok);
    run(*made.client);
    EXPECT_EQ(made.client->segments().size(), before + 1);
    EXPECT_EQ(made.client->received(), "bye");
    EXPECT_TRUE(made.client->saw_close_notify());
  }
}

TEST_F(Stream, close_write_says_close_notify_once) {
  const Bare made = secure_bare(SOCK_SEQPACKET);
  const std::size_t before = made.client->segments().size();
  made.server->stream.close_write();
  made.server->stream.close_write();
  run(*made.client);
  EXPECT_TRUE(made.client->saw_close_notify());
  EXPECT_LE(made.client->segments().size(), before + 1);
}

TEST_F(Stream, an_orderly_end_behind_data_is_seen_without_a_wait) {
  const Bare made = secure_bare();
  made.client->write("last words");
  SSL_shutdown(made.client->native());
  run(*made.client);
  EXPECT_EQ(made.server->read(), "last words");
  EXPECT_EQ(made.server->status, IoStatus::closed);
  EXPECT_TRUE(made.server->stream.may_read()) << "an end stays readable";
  EXPECT_EQ(read_status(*made.server), IoStatus::closed);
}

TEST_F(Stream, an_end_that_one_read_met_behind_data_shows_at_the_next) {
  const Bare made = secure_bare();
  made.client->write("last words");
  SSL_shutdown(made.client->native());
  run(*made.client);
  std::array<char, 64> some;
  EXPECT_EQ(made.server->stream.read(some).bytes, 10u);
  EXPECT_TRUE(made.server->stream.may_read());
  EXPECT_EQ(made.server->stream.read(some).status, IoStatus::closed);
}

TEST_F(Stream, a_client_that_has_ended_its_side_still_gets_its_answer) {
  const Bare made = secure_bare();
  made.client->write("question");
  SSL_shutdown(made.client->native());
  run(*made.client);
  EXPECT_EQ(made.server->read(), "question");
  EXPECT_EQ(made.server->write("answer", Flush::last).status, IoStatus::ok);
  EXPECT_NE(made.client->far().receive(), "");
}

TEST_F(Stream, a_bare_end_of_the_connection_is_a_failure) {
  const Bare made = secure_bare();
  made.client->write("cut");
  run(*made.client);
  made.client->far().shutdown_write();
  settle();
  EXPECT_EQ(made.server->read(), "cut");
  EXPECT_EQ(made.server->status, IoStatus::failed);
  EXPECT_EQ(made.server->stream.failure(), "the peer closed the connection");
  EXPECT_TRUE(made.server->stream.may_read());
}

TEST_F(Stream, a_reset_is_a_failure_of_reads_and_of_writes) {
  const Bare made = secure_bare();
  EXPECT_EQ(made.server->write("never read").status, IoStatus::ok);
  made.client->far().close();
  settle();
  EXPECT_EQ(read_status(*made.server), IoStatus::failed);
  EXPECT_EQ(made.server->write("more").status, IoStatus::failed);
  EXPECT_EQ(made.server->write("more").bytes, 0u);
  EXPECT_EQ(made.server->stream.flush().status, IoStatus::failed);
  EXPECT_FALSE(made.server->stream.failure().empty());
}

TEST_F(Stream, a_write_to_a_peer_that_is_gone_fails_and_does_not_wait) {
  const Bare made = secure_bare();
  made.client->far().close();
  settle();
  EXPECT_EQ(made.server->write("x").status, IoStatus::failed);
  EXPECT_EQ(made.server->write("y").status, IoStatus::failed);
}

// ------------------------------------------------------------------ what no client should do

TEST_F(Stream, a_damaged_record_ends_the_stream_with_an_alert_of_its_own) {
  const Bare damaged = secure_bare();
  const Bare healthy = secure_bare();
  damaged.client->write("some text");
  std::string record = damaged.client->take_output();
  record.back() = static_cast<char>(record.back() ^ 1);
  damaged.client->far().send(record);
  settle();
  EXPECT_EQ(read_status(*damaged.server), IoStatus::failed);
  // The streams share their buffers: the alert must not leave with the next bytes of another.
  EXPECT_EQ(healthy.server->write("fine").status, IoStatus::ok);
  run(*healthy.client);
  run(*damaged.client);
  EXPECT_EQ(healthy.client->received(), "fine");
  EXPECT_FALSE(healthy.client->failed());
  EXPECT_EQ(damaged.client->alert(), SSL_AD_BAD_RECORD_MAC);
}

// A record of handshake type under the keys of a TLS 1.2 client with AES-128-GCM (RFC 5288): the
// library's own client has no way to ask for a renegotiation.
std::string handshake_record(SSL* client, ByteView message) {
  Bytes keys(SSL_get_key_block_len(client));
  EXPECT_EQ(keys.size(), 2 * 16u + 2 * 4u);
  EXPECT_EQ(SSL_generate_key_block(client, keys.data(), keys.size()), 1);
  Bytes nonce(keys.begin() + 32, keys.begin() + 36);
  Bytes number(8);
  for (std::size_t i = 0; i < 8; ++i) {
    number[i] = static_cast<std::uint8_t>(SSL_get_write_sequence(client) >> (56 - 8 * i));
  }
  nonce.insert(nonce.end(), number.begin(), number.end());
  Bytes bound = number;
  bound.insert(bound.end(), {22, 3, 3, 0, static_cast<std::uint8_t>(message.size())});
  const std::unique_ptr<EVP_AEAD_CTX, crypto::Freer<EVP_AEAD_CTX_free>> aead(
      EVP_AEAD_CTX_new(EVP_aead_aes_128_gcm(), keys.data(), 16, 16));
  Bytes sealed(message.size() + 16);
  std::size_t size = 0;
  EXPECT_EQ(
      EVP_AEAD_CTX_seal(aead.get(), sealed.data(), &size, sealed.size(), nonce.data(), nonce.size(),
                        message.data(), message.size(), bound.data(), bound.size()),
      1);
  Bytes record{22, 3, 3, 0, static_cast<std::uint8_t>(8 + size)};
  record.insert(record.end(), number.begin(), number.end());
  record.insert(record.end(), sealed.begin(), sealed.end());
  return std::string(as_text(record));
}

TEST_F(Stream, a_renegotiation_ends_the_connection) {
  const Bare made = bare();
  made.client->version(TLS1_2_VERSION).suites("ECDHE-ECDSA-AES128-GCM-SHA256");
  run(*made.client);
  ASSERT_TRUE(made.secure());
  const Bytes hello{1, 0, 0, 2, 3, 3};
  made.client->far().send(handshake_record(made.client->native(), hello));
  settle();
  EXPECT_EQ(read_status(*made.server), IoStatus::failed);
  run(*made.client);
  EXPECT_EQ(made.client->alert(), SSL_AD_NO_RENEGOTIATION);
  EXPECT_EQ(made.server->write("x").status, IoStatus::failed);
}

TEST_F(Stream, new_keys_on_the_client_s_wish_change_nothing_for_the_reader) {
  const Bare made = secure_bare();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(SSL_key_update(made.client->native(), SSL_KEY_UPDATE_REQUESTED), 1);
    made.client->write("ping");
    run(*made.client);
    EXPECT_EQ(made.server->read(), "ping");
    EXPECT_EQ(made.server->write("pong").status, IoStatus::ok);
    run(*made.client);
  }
  EXPECT_EQ(made.client->received(), "pongpongpongpongpong");
}

}  // namespace
}  // namespace gatehouse::tls::testing
