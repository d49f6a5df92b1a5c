#include <random>
#include <sys/ioctl.h>

#include "tls/testing.h"

namespace gatehouse::tls::testing {
namespace {

using io::Flush;
using io::IoStatus;

// Passes bytes between two ends in pieces of random size, as a network does.
class Network {
 public:
  Network(io::Fd to_server, io::Fd to_client)
      : to_server_(std::move(to_server)), to_client_(std::move(to_client)) {}

  void pass(std::mt19937& random) {
    move(to_server_, to_client_, up_, random);
    move(to_client_, to_server_, down_, random);
  }

 private:
  static void move(io::Fd& from, io::Fd& to, std::string& held, std::mt19937& random) {
    std::array<char, 40'000> some;
    const std::size_t most = 1 + random() % (random() % 8 == 0 ? some.size() : 600);
    const auto got = held.size() < some.size() ? ::recv(from.get(), some.data(), most, 0) : 0;
    if (got > 0) held.append(some.data(), static_cast<std::size_t>(got));
    const auto sent = ::send(to.get(), held.data(), std::min(held.size(), most), MSG_NOSIGNAL);
    if (sent > 0) held.erase(0, static_cast<std::size_t>(sent));
  }

  io::Fd to_server_;
  io::Fd to_client_;
  std::string up_;
  std::string down_;
};

std::string noise(std::mt19937& random, std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

class SharedWire : public TlsTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  struct Far {
    std::unique_ptr<End> server;
    std::unique_ptr<End> client;
    std::unique_ptr<Network> network;
  };
  Far far_apart() {
    auto [server, near] = pair();
    auto [client, far] = pair();
    return {server_end(std::move(server)), client_end(std::move(client)),
            std::make_unique<Network>(std::move(near), std::move(far))};
  }
  void shake(Far& made) {
    made.server->shake();
    made.client->shake();
    for (int i = 0; i < 100'000 && !(made.server->shaken && made.client->shaken); ++i) {
      made.network->pass(random);
      settle();
    }
    ASSERT_TRUE(made.server->secure() && made.client->secure());
  }

  std::mt19937 random{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Seed, SharedWire, ::testing::Range(1u, 9u));

// What a session does: ask may_read(), wait for the socket if not, read until there is enough. It
// never comes back empty-handed without a wait in between.
io::Task<void> read_it_all(io::ByteStream& stream, std::mt19937& random, std::size_t size,
                           std::string& into) {
  std::string buffer(40'000, '\0');
  bool waited = true;
  while (into.size() < size) {
    if (!stream.may_read()) {
      const auto deadline = stream.socket().reactor().in(1h);
      if (co_await stream.socket().readable(deadline) != io::Wake::ready) co_return;
      waited = true;
    }
    const io::IoResult got = stream.read(std::span(buffer).first(1 + random() % buffer.size()));
    into.append(buffer.data(), got.bytes);
    if (got.status == IoStatus::would_block) {
      EXPECT_TRUE(waited) << "may_read() promised something twice";
      waited = false;
    } else if (got.status != IoStatus::ok) {
      co_return;
    }
  }
}

io::Task<void> write_it_all(io::ByteStream& stream, std::mt19937& random, std::string_view text,
                            bool& done) {
  while (!text.empty()) {
    const std::size_t part = std::min<std::size_t>(text.size(), 1 + random() % 100'000);
    const auto put = co_await io::write_all(stream, text.substr(0, part), Flush::now, 1h);
    if (!put) co_return;
    text.remove_prefix(part);
    if (random() % 4 == 0) co_await stream.socket().reactor().yield();
  }
  done = true;
}

TEST_P(SharedWire, nothing_is_lost_and_nobody_sleeps_on_when_both_directions_are_busy) {
  Far made = far_apart();
  ASSERT_NO_FATAL_FAILURE(shake(made));
  const std::string up = noise(random, 300'000 + random() % 300'000);
  const std::string down = noise(random, 300'000 + random() % 300'000);
  std::string at_server;
  std::string at_client;
  bool up_done = false;
  bool down_done = false;
  made.server->scope.spawn(read_it_all(made.server->stream, random, up.size(), at_server));
  made.client->scope.spawn(read_it_all(made.client->stream, random, down.size(), at_client));
  made.client->scope.spawn(write_it_all(made.client->stream, random, up, up_done));
  made.server->scope.spawn(write_it_all(made.server->stream, random, down, down_done));
  for (int i = 0; i < 200'000 && made.server->scope.running() + made.client->scope.running() > 0;
       ++i) {
    made.network->pass(random);
    reactor.run_once(0ms);
  }
  EXPECT_TRUE(up_done && down_done);
  EXPECT_TRUE(at_server == up) << at_server.size() << " of " << up.size();
  EXPECT_TRUE(at_client == down) << at_client.size() << " of " << down.size();
}

// One direction of one connection: what was taken must arrive, in order, and nothing else.
struct Flow {
  End* from;
  End* to;
  std::string under_way;

  void write(const std::string& text) {
    const io::IoResult put = from->write(text);
    under_way += text.substr(0, put.bytes);
  }
  void read(std::size_t most) {
    std::string buffer(most, '\0');
    const io::IoResult got = to->stream.read(buffer);
    ASSERT_LE(got.bytes, under_way.size());
    ASSERT_TRUE(buffer.compare(0, got.bytes, under_way, 0, got.bytes) == 0) << "other bytes";
    under_way.erase(0, got.bytes);
  }
};

TEST_P(SharedWire, streams_of_one_thread_never_see_each_other_s_bytes) {
  struct Pair {
    Connection ends;
    Flow up;
    Flow down;
  };
  const auto open = [&] {
    auto made = std::make_unique<Pair>(Pair{connect(), {}, {}});
    EXPECT_TRUE(made->ends.secure());
    made->up = {made->ends.client.get(), made->ends.server.get(), ""};
    made->down = {made->ends.server.get(), made->ends.client.get(), ""};
    return made;
  };
  std::array<std::unique_ptr<Pair>, 4> pairs{open(), open(), open(), open()};
  for (int i = 0; i < 600; ++i) {
    auto& chosen = pairs[random() % pairs.size()];
    Flow& flow = random() % 2 == 0 ? chosen->up : chosen->down;
    switch (random() % 8) {
      case 0:
      case 1:
      case 2: flow.write(noise(random, 1 + random() % (random() % 4 == 0 ? 90'000 : 400))); break;
      case 3:
      case 4:
      case 5: flow.read(1 + random() % (random() % 4 == 0 ? 90'000 : 400)); break;
      case 6: (void)flow.from->stream.flush(); break;
      default:
        if (random() % 20 == 0) chosen = open();
    }
    ASSERT_FALSE(HasFatalFailure());
    if (random() % 2 == 0) reactor.run_once(0ms);
  }
  for (auto& last : pairs) {
    for (Flow* flow : {&last->up, &last->down}) {
      for (int i = 0; i < 10'000 && !flow->under_way.empty(); ++i) {
        (void)flow->from->stream.flush();
        settle();
        flow->read(100'000);
      }
      EXPECT_EQ(flow->under_way.size(), 0u);
    }
  }
}

using ReadAhead = TlsTest;

TEST_F(ReadAhead, what_nobody_reads_stays_with_the_kernel) {
  const Connection ends = connect();
  ASSERT_TRUE(ends.secure());
  ASSERT_EQ(ends.client->write(std::string(48'000, 'x')).status, IoStatus::ok);
  settle();
  std::array<char, 4096> head;
  EXPECT_EQ(ends.server->stream.read(head).bytes, head.size());
  int unread = 0;
  ASSERT_EQ(::ioctl(ends.server->stream.socket().fd(), FIONREAD, &unread), 0);
  EXPECT_GT(unread, 48'000 - 4096 - 2 * 16'384);
  EXPECT_EQ(ends.server->read().size(), 48'000 - head.size());
}

}  // namespace
}  // namespace gatehouse::tls::testing
