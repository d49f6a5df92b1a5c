#include <gmock/gmock.h>

#include "edge/session/session.h"
#include "edge/session/testing.h"

namespace gatehouse::edge {
namespace {

using testing::Edge;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using testing::kGet;
using testing::Peer;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class SessionDeadline : public Edge {};

TEST_F(SessionDeadline, a_head_that_does_not_end_is_answered_408_at_its_deadline) {
  Peer client = connect();
  client.say("GET / HTTP/1.1\r\n");
  settle();
  for (int i = 0; i < 9; ++i) {
    advance(1s);
    client.say("A: b\r\n");  // progress does not extend it
    settle();
  }
  EXPECT_THAT(client.heard(), IsEmpty());
  advance(2s);
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(client.ended());
}

TEST_F(SessionDeadline, an_idle_connection_is_closed_without_a_word) {
  Peer client = connect();
  advance(74s);
  (void)client.heard();
  EXPECT_FALSE(client.ended());
  advance(2s);
  EXPECT_THAT(client.heard(), IsEmpty());
  EXPECT_TRUE(client.ended());
}

TEST_F(SessionDeadline, content_that_stops_coming_is_answered_408) {
  Peer client = connect();
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  auto app_side = taken_by_app();
  advance(29s);
  client.say("6");
  settle();
  advance(29s);
  EXPECT_THAT(client.heard(), IsEmpty());
  advance(2s);
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 408 "));
  app_side->heard();
  EXPECT_TRUE(app_side->ended()) << "the application must see that the request was cut";
}

TEST_F(SessionDeadline, an_application_that_does_not_answer_is_a_504) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  advance(59s);
  EXPECT_THAT(client.heard(), IsEmpty());
  advance(2s);
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 504 "));
  app_side->heard();
  EXPECT_TRUE(app_side->ended());
}

TEST_F(SessionDeadline, an_answer_that_stops_in_the_middle_is_seen_to_be_cut) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  app_side->say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
  settle();
  EXPECT_THAT(client.heard(), EndsWith("12345"));
  advance(61s);
  EXPECT_THAT(client.heard(), IsEmpty());
  EXPECT_TRUE(client.ended());
}

TEST_F(SessionDeadline, a_reader_without_progress_is_given_up) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  const std::string much(4 << 20, 'x');
  app_side->say("HTTP/1.1 200 OK\r\nContent-Length: 41943040\r\n\r\n");
  for (int i = 0; i < 10; ++i) {  // as much as gatehouse takes
    app_side->say(much);
    settle();
  }
  advance(31s);
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_LT(client.heard().size(), much.size());
}

TEST_F(SessionDeadline, a_tunnel_lives_as_long_as_one_side_speaks) {
  Peer client = connect();
  client.say("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  auto app_side = taken_by_app();
  app_side->say(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\n\r\n");
  settle();
  for (int i = 0; i < 5; ++i) {
    advance(40min);
    app_side->say("x");
    settle();
    advance(40min);
    client.say("y");
    settle();
  }
  (void)client.heard();
  EXPECT_FALSE(client.ended());
  advance(61min);
  (void)client.heard();
  EXPECT_TRUE(client.ended());
}

}  // namespace
}  // namespace gatehouse::edge
