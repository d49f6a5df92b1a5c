#include "edge/worker/thread_edge.h"

#include <gmock/gmock.h>

#include "edge/worker/testing.h"

namespace gatehouse::edge {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kGet;
using testing::kOk;
using ::testing::Not;
using testing::only;
using testing::Peer;
using testing::saying;
using testing::set_of;
using ::testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view kOpenWebSocket =
    "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kWebSocketOpens =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: y\r\n\r\n";

class ThreadEdgeTest : public testing::Served {
 protected:
  // A listener in front of the application, and a client of it.
  void serve_app() {
    id = next.listen(only(Forward{set_of(*app)}));
    ASSERT_TRUE(serve());
  }

  ListenerId id = 0;
};

// ------------------------------------------------------------------ requests and snapshots

TEST_F(ThreadEdgeTest, F9_a_running_request_ends_on_the_snapshot_that_it_began_with) {
  serve_app();
  Peer client = connect(id);
  client.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  next.plan(id).routes = saying("The second configuration.");
  ASSERT_TRUE(serve());
  answers(*app_side);
  EXPECT_THAT(client.heard(), EndsWith("ok"));
  EXPECT_THAT(answer_to(client, kGet), HasSubstr("The second configuration."));
}

TEST_F(ThreadEdgeTest, F9_a_connection_that_waits_lives_on_and_follows_the_next_snapshot) {
  id = next.listen(saying("One."));
  ASSERT_TRUE(serve());
  Peer client = connect(id);
  EXPECT_THAT(answer_to(client, kGet), HasSubstr("One."));
  for (int i = 0; i < 3; ++i) {
    next.plan(id).routes = saying(i % 2 == 0 ? "Two." : "Three.");
    ASSERT_TRUE(serve());
    EXPECT_THAT(answer_to(client, kGet), HasSubstr(i % 2 == 0 ? "Two." : "Three."));
  }
  EXPECT_FALSE(client.ended());
}

TEST_F(ThreadEdgeTest, F9_a_request_begins_with_its_first_byte) {
  id = next.listen(saying("One."));
  ASSERT_TRUE(serve());
  Peer client = connect(id);
  EXPECT_THAT(answer_to(client, kGet.substr(0, 10)), IsEmpty());
  next.plan(id).routes = saying("Two.");
  next.draft.settings.limits.head.bytes = 1;
  ASSERT_TRUE(serve());
  EXPECT_THAT(answer_to(client, kGet.substr(10)), HasSubstr("One."));
  EXPECT_THAT(answer_to(client, kGet), StartsWith("HTTP/1.1 414 "));
}

TEST_F(ThreadEdgeTest, F9_a_websocket_lives_through_changes_and_the_end_of_its_listener) {
  serve_app();
  Peer client = connect(id);
  client.say(kOpenWebSocket);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  answers(*app_side, kWebSocketOpens);
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 101 "));
  const ListenerId other = next.listen(saying("Another."));
  next.remove(id);
  ASSERT_TRUE(serve());
  next.plan(other).routes = saying("Yet another.");
  ASSERT_TRUE(serve());
  client.say("up");
  settle();
  EXPECT_EQ(app_side->heard(), "up");
  app_side->say("down");
  settle();
  EXPECT_EQ(client.heard(), "down");
  EXPECT_FALSE(client.ended());
}

TEST_F(ThreadEdgeTest, F9_an_upload_goes_on_as_it_began) {
  serve_app();
  Peer client = connect(id);
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  next.draft.settings.limits.body = 1;
  next.plan(id).routes = saying("Nothing.");
  ASSERT_TRUE(serve());
  client.say("67890");
  settle();
  EXPECT_THAT(app_side->heard(), EndsWith("1234567890"));
  answers(*app_side);
  EXPECT_THAT(client.heard(), EndsWith("ok"));
  EXPECT_THAT(answer_to(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(ThreadEdgeTest, F9_a_snapshot_is_let_go_when_its_last_request_has_left) {
  serve_app();
  Peer client = connect(id);
  client.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  const std::weak_ptr<const RouteTable> first = next.plan(id).routes;
  next.plan(id).routes = saying("Two.");
  ASSERT_TRUE(serve());
  const std::weak_ptr<const RouteTable> second = next.plan(id).routes;
  next.plan(id).routes = saying("Three.");
  ASSERT_TRUE(serve());
  EXPECT_FALSE(first.expired());
  EXPECT_TRUE(second.expired()) << "nobody began with it";
  answers(*app_side);
  EXPECT_TRUE(first.expired());
  EXPECT_THAT(client.heard(), EndsWith("ok"));
}

TEST_F(ThreadEdgeTest, F9_whom_we_trust_may_change_between_two_requests_of_a_connection) {
  serve_app();
  Peer client = connect(id);
  constexpr std::string_view kClaims =
      "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n";
  client.say(kClaims);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  EXPECT_THAT(app_side->heard(), Not(HasSubstr("198.51.100.7")));
  answers(*app_side);
  next.draft.settings.trusted_proxies.push_back(Cidr::parse("127.0.0.0/8").value());
  ASSERT_TRUE(serve());
  client.say(kClaims);
  settle();
  EXPECT_THAT(app_side->heard(), HasSubstr("X-Forwarded-For: 198.51.100.7, 127.0.0.1\r\n"));
}

// ------------------------------------------------------------------ upstreams

TEST_F(ThreadEdgeTest, F9_connections_to_an_application_outlive_a_change_that_leaves_it_as_it_is) {
  serve_app();
  Peer client = connect(id);
  client.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  answers(*app_side);
  (void)client.heard();
  next.plan(id).routes = only(Forward{set_of(*app)});  // equal, not the same
  ASSERT_TRUE(serve());
  client.say(kGet);
  settle();
  EXPECT_FALSE(app->accept()) << "the one there is was not used";
  EXPECT_THAT(app_side->heard(), StartsWith("GET / "));
  answers(*app_side);
  EXPECT_THAT(client.heard(), EndsWith("ok"));
  EXPECT_EQ(edge->context().upstreams.size(), 1u);
}

TEST_F(ThreadEdgeTest, an_application_that_is_configured_no_more_is_forgotten) {
  serve_app();
  Peer client = connect(id);
  client.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  answers(*app_side);
  next.plan(id).routes = saying("Nothing.");
  ASSERT_TRUE(serve());
  for (int i = 0; i < 20; ++i) advance(10s);
  (void)app_side->heard();
  EXPECT_TRUE(app_side->ended());
  EXPECT_EQ(edge->context().upstreams.size(), 0u);
}

TEST_F(ThreadEdgeTest, an_application_that_somebody_still_talks_to_is_kept) {
  serve_app();
  Peer client = connect(id);
  client.say(kOpenWebSocket);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  answers(*app_side, kWebSocketOpens);
  next.plan(id).routes = saying("Nothing.");
  ASSERT_TRUE(serve());
  for (int i = 0; i < 20; ++i) advance(10s);
  EXPECT_EQ(edge->context().upstreams.size(), 1u);
  client.leave();
  settle();
  for (int i = 0; i < 20; ++i) advance(10s);
  EXPECT_EQ(edge->context().upstreams.size(), 0u);
}

}  // namespace
}  // namespace gatehouse::edge
