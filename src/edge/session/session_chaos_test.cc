#include <random>

#include <gmock/gmock.h>

#include "edge/session/session.h"
#include "edge/session/testing.h"

namespace gatehouse::edge {
namespace {

using testing::Edge;
using testing::Peer;
using namespace std::chrono_literals;

// Clients and an application that do everything at any time, in an order that the seed decides.
// Every request carries its client's mark, and so does every answer's content.
class Chaos : public Edge, public ::testing::WithParamInterface<unsigned> {
 protected:
  struct Client {
    explicit Client(Peer its) : peer(std::move(its)) {}
    Peer peer;
    std::string mark;
    std::string to_say;
    std::string heard;
  };
  struct AppSide {
    std::unique_ptr<Peer> peer;
    std::string heard;
  };

  unsigned roll(unsigned most) { return static_cast<unsigned>(random()) % most; }
  std::string some(char what) {
    return std::string(roll(3) == 0 ? roll(100'000) : 1 + roll(50), what);
  }

  std::string request_of(const Client& client) {
    const std::string fields = fmt::format(" HTTP/1.1\r\nHost: a\r\nX-Mark: {}\r\n", client.mark);
    const std::string much = some('u');
    switch (roll(8)) {
      case 0: return fmt::format("POST /{}Content-Length: {}\r\n\r\n{}", fields, much.size(), much);
      case 1:
        return fmt::format("PUT /{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n{}\r\n",
                           fields, much.size(), much, roll(2) == 0 ? "" : "X-T: 1\r\n");
      case 2: return fmt::format("HEAD /{}\r\n", fields);
      case 3: return fmt::format("GET / HTTP/1.0\r\nX-Mark: {}\r\n\r\n", client.mark);
      case 4:
        return fmt::format("GET /{}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", fields);
      case 5:
        return roll(6) == 0 ? "GARBAGE\r\n\r\n" : "GET /" + fields + "Connection: close\r\n\r\n";
      default: return fmt::format("GET /{}\r\n", fields);
    }
  }

  void act(Client& client) {
    if (!client.peer.here()) return;
    switch (roll(20)) {
      case 0: return roll(5) == 0 ? client.peer.leave() : void();
      case 1: return roll(5) == 0 ? client.peer.end_writing() : void();
      case 2: client.to_say += request_of(client); [[fallthrough]];
      case 3:
      case 4:
      case 5:
      case 6:
      case 7: client.heard += client.peer.heard(); return;
      default: break;
    }
    if (client.to_say.empty() && roll(4) == 0) client.to_say += request_of(client);
    const std::size_t part =
        std::min<std::size_t>(client.to_say.size(), roll(3) == 0 ? 5 : 1 + roll(40'000));
    client.peer.say(client.to_say.substr(0, part));
    client.to_say.erase(0, part);
  }

  // Answers what it has heard of, at most once; anything may be wrong with the answer.
  void act(AppSide& side) {
    side.heard += side.peer->heard();
    const auto begin = side.heard.rfind('<');
    const auto end = side.heard.find('>', std::min(begin, side.heard.size()));
    const bool asked = end != std::string::npos;
    const std::string mark = asked ? side.heard.substr(begin, end + 1 - begin) : "";
    switch (roll(40)) {
      case 0: return side.peer.reset();
      case 1: return side.peer->say("garbage\r\n\r\n");
      case 2: return side.peer->end_writing();
      default: break;
    }
    if (!asked) return;
    if (roll(8) == 0) return side.peer->say("HTTP/1.1 103 Early Hints\r\n\r\n");
    side.heard.clear();
    side.peer->say(answer_with(mark + some('d')));
    if (roll(10) == 0) side.peer.reset();
  }
  std::string answer_with(const std::string& content) {
    const std::size_t size = content.size();
    switch (roll(8)) {
      case 0: return "HTTP/1.1 204 No Content\r\n\r\n";
      case 1: return "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
      case 2: return "HTTP/1.1 200 OK\r\n\r\n" + content;
      case 3:
        return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
               "Upgrade: websocket\r\n\r\n" +
               content;
      case 4:
      case 5:
        return fmt::format(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\nX-T: "
            "1\r\n\r\n",
            size, content);
      case 6:
        return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", size + 1, content);
      default: return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", size, content);
    }
  }

  void step() {
    if (clients.size() < 12 && roll(20) == 0) {
      clients.emplace_back(connect());
      clients.back().mark = fmt::format("<{}>", clients.size());
    }
    if (!clients.empty()) act(clients[roll(static_cast<unsigned>(clients.size()))]);
    if (!sides.empty()) act(sides[roll(static_cast<unsigned>(sides.size()))]);
    std::erase_if(sides, [](const AppSide& side) { return !side.peer; });
    while (auto peer = app->accept()) sides.push_back({std::move(peer), ""});
    if (roll(60) == 0) clock.advance(std::chrono::milliseconds(roll(40'000)));
    if (roll(2) == 0) reactor.run_once(0ms);
  }

  std::mt19937 random{GetParam()};
  std::vector<Client> clients;
  std::vector<AppSide> sides;
};

INSTANTIATE_TEST_SUITE_P(Seed, Chaos, ::testing::Range(1u, 41u));

TEST_P(Chaos, nobody_hears_what_is_another_s_and_all_of_it_ends) {
  open();
  for (int i = 0; i < 1500; ++i) step();
  for (int i = 0; i < 2000; ++i) reactor.run_once(0ms);
  EXPECT_FALSE(reactor.run_once(0ms)) << "it never comes to rest";
  for (Client& client : clients) {
    if (client.peer.here()) client.heard += client.peer.heard();
    std::size_t at = 0;
    for (; (at = client.heard.find('<', at)) != std::string::npos; ++at) {
      const std::string_view marked = std::string_view(client.heard).substr(at);
      const bool is_mark = marked.size() > 1 && marked[1] >= '0' && marked[1] <= '9';
      if (is_mark) EXPECT_TRUE(marked.starts_with(client.mark)) << client.mark;
    }
  }
  if (roll(2) == 0) scope.cancel();
  for (int i = 0; i < 400 && scope.running() > 0; ++i) advance(40s);
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_EQ(thread->open_sessions, 0u);
  EXPECT_EQ(group().at(0).active(), 0u);
}

}  // namespace
}  // namespace gatehouse::edge
