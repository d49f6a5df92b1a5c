#include "tls/testing.h"

namespace gatehouse::tls::testing {
namespace {

using io::Flush;
using io::IoStatus;

constexpr std::size_t kOnePass = 48 * 1024;

class SlowPeer : public TlsTest {
 protected:
  Connection secure() {
    Connection made = connect();
    EXPECT_TRUE(made.secure());
    return made;
  }
};

TEST_F(SlowPeer, a_write_to_a_slow_peer_takes_one_pass_at_most_beyond_what_left) {
  const Connection made = secure();
  const std::string text(8 << 20, 'x');
  const io::IoResult put = made.server->write(text);
  EXPECT_EQ(put.status, IoStatus::would_block);
  std::size_t arrived = 0;
  for (std::string some; !(settle(), some = made.client->read()).empty();) arrived += some.size();
  EXPECT_GT(put.bytes, arrived);
  EXPECT_LE(put.bytes - arrived, kOnePass);
  // Without progress of the peer nothing more is taken.
  EXPECT_EQ(made.server->stream.flush().status, IoStatus::ok);
}

TEST_F(SlowPeer, a_stuck_peer_gets_nothing_more_taken_for_it) {
  const Connection made = secure();
  const std::string text(8 << 20, 'x');
  EXPECT_EQ(made.server->write(text).status, IoStatus::would_block);
  for (int i = 0; i < 10; ++i) {
    const io::IoResult again = made.server->write(text);
    EXPECT_EQ(again.status, IoStatus::would_block);
    EXPECT_EQ(again.bytes, 0u);
    EXPECT_EQ(made.server->stream.flush().status, IoStatus::would_block);
  }
}

TEST_F(SlowPeer, the_close_notify_of_a_slow_peer_comes_behind_all_data) {
  const Connection made = secure();
  const std::string text(1 << 20, 'x');
  std::string rest = text;
  std::string seen;
  io::IoResult put{IoStatus::would_block};
  while (put.status == IoStatus::would_block) {
    put = rest.empty() ? made.server->stream.flush() : made.server->write(rest, Flush::last);
    rest.erase(0, put.bytes);
    settle();
    seen += made.client->read();
    settle();
  }
  EXPECT_EQ(put.status, IoStatus::ok);
  seen += made.client->read();
  EXPECT_EQ(seen, text);
  EXPECT_EQ(made.client->status, IoStatus::closed);
}

}  // namespace
}  // namespace gatehouse::tls::testing
