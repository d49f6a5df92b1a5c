#include <gmock/gmock.h>

#include "edge/worker/testing.h"

// Listeners that appear, change and disappear while clients are there.

namespace gatehouse::edge {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kGet;
using ::testing::Not;
using testing::only;
using testing::Peer;
using testing::saying;
using testing::set_of;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class Listeners : public testing::Served {
 protected:
  // A listener in front of the application, and a client of it.
  void serve_app() {
    id = next.listen(only(Forward{set_of(*app)}));
    ASSERT_TRUE(serve());
  }

  ListenerId id = 0;
};

TEST_F(Listeners, F9_a_listener_that_appears_accepts) {
  id = next.listen(saying("One."));
  ASSERT_TRUE(serve());
  const ListenerId second = next.listen(saying("Two."));
  ASSERT_TRUE(serve());
  Peer one = connect(id);
  Peer two = connect(second);
  EXPECT_THAT(answer_to(one, kGet), HasSubstr("One."));
  EXPECT_THAT(answer_to(two, kGet), HasSubstr("Two."));
}

TEST_F(Listeners, F9_a_listener_that_is_removed_serves_what_has_arrived_and_frees_its_address) {
  serve_app();
  const io::SocketAddress address = next.address(id);
  Peer busy = connect(id);
  busy.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  Peer queued(testing::dial(address));  // not accepted yet
  next.remove(id);
  ASSERT_TRUE(serve());
  EXPECT_FALSE(testing::dial(address)) << "nobody listens any more";
  const auto again = open_listener(ListenAddress::parse(address.text()).value(), 1);
  EXPECT_TRUE(again) << "the address is free";

  answers(*app_side);
  EXPECT_THAT(busy.heard(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("ok")));
  EXPECT_TRUE(busy.ended());
  queued.say(kGet);
  settle();
  answers(*app_side);
  EXPECT_THAT(queued.heard(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("ok")));
}

TEST_F(Listeners, F9_a_connection_that_waits_gets_one_more_answer_when_its_listener_is_removed) {
  id = next.listen(saying("As it was."));
  ASSERT_TRUE(serve());
  Peer client = connect(id);
  EXPECT_THAT(answer_to(client, kGet), Not(HasSubstr("Connection: close")));
  next.remove(id);
  ASSERT_TRUE(serve());
  (void)client.heard();
  EXPECT_FALSE(client.ended()) << "a request may be on its way";
  EXPECT_THAT(answer_to(client, kGet),
              AllOf(HasSubstr("As it was."), HasSubstr("Connection: close\r\n")));
  EXPECT_TRUE(client.ended());
}

TEST_F(Listeners, a_connection_of_a_removed_listener_ends_in_order_when_it_waits_too_long) {
  id = next.listen(saying("As it was."));
  ASSERT_TRUE(serve());
  Peer client = connect(id);
  (void)answer_to(client, kGet);
  next.remove(id);
  ASSERT_TRUE(serve());
  advance(76s);
  EXPECT_THAT(client.heard(), IsEmpty());
  EXPECT_TRUE(client.ended());
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(edge->context().open_sessions, 0u);
}

TEST_F(Listeners, a_listener_may_return_under_its_number) {
  id = next.listen(saying("One."));
  ASSERT_TRUE(serve());
  const ListenerPlan plan = next.plan(id);
  Peer before = connect(id);
  (void)answer_to(before, kGet);
  next.remove(id);
  ASSERT_TRUE(serve());
  auto reopened = open_listener(ListenAddress::parse(plan.address.text()).value(), 1);
  ASSERT_TRUE(reopened);
  next.draft.listeners[id] = plan;
  std::vector<OpenedListener> opened;
  opened.push_back({id, std::move(reopened->front().per_thread.front())});
  ASSERT_TRUE(edge->take(next.build(), std::move(opened)));
  Peer client = connect(id);
  EXPECT_THAT(answer_to(client, kGet), Not(HasSubstr("Connection: close")));
  EXPECT_THAT(answer_to(before, kGet), HasSubstr("Connection: close"));
}

TEST_F(Listeners, A14_every_socket_of_a_listener_is_accepted_from) {
  auto sockets = std::move(open_listener(ListenAddress::parse("127.0.0.1:0").value(), 3)->front());
  next.draft.listeners[0] = {sockets.address, false, nullptr, saying("Here.")};
  edge = ThreadEdge::make(reactor, *metrics, events).value();
  std::vector<OpenedListener> opened;
  for (io::Fd& fd : sockets.per_thread) opened.push_back({0, std::move(fd)});
  ASSERT_TRUE(edge->take(next.build(), std::move(opened)));
  edge->start();
  for (int i = 0; i < 30; ++i) {
    Peer client = connect(0);
    EXPECT_THAT(answer_to(client, kGet), HasSubstr("Here."));
  }
}

TEST_F(Listeners, a_socket_of_an_unknown_listener_is_closed) {
  id = next.listen(saying("One."));
  const io::SocketAddress address = next.address(id);
  next.remove(id);
  ASSERT_TRUE(serve());
  EXPECT_FALSE(testing::dial(address));
}

TEST_F(Listeners, the_limit_of_connections_follows_and_does_not_concern_the_counters) {
  id = next.listen(saying("One."));
  const ListenerId counters = next.listen(metrics_routes(0));
  next.plan(counters).metrics = true;
  next.draft.most_connections_per_worker = 1;
  ASSERT_TRUE(serve());
  Peer first = connect(id);
  first.say("GET");
  settle();
  Peer second = connect(id);
  EXPECT_THAT(answer_to(second, kGet), IsEmpty());
  EXPECT_TRUE(second.ended()) << "there is no room";
  Peer scraper = connect(counters);
  EXPECT_THAT(answer_to(scraper, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
  next.draft.most_connections_per_worker = 10;
  ASSERT_TRUE(serve());
  Peer third = connect(id);
  EXPECT_THAT(answer_to(third, kGet), HasSubstr("One."));
}

TEST_F(Listeners, nothing_is_accepted_any_more_when_it_drains_whatever_is_configured) {
  id = next.listen(saying("One."));
  ASSERT_TRUE(serve());
  edge->drain(Acceptor::Ending::refuse);
  settle();
  const ListenerId second = next.listen(saying("Two."));
  ASSERT_TRUE(serve());
  EXPECT_FALSE(testing::dial(next.address(id)));
  EXPECT_FALSE(testing::dial(next.address(second)));
}

TEST_F(Listeners, A14_a_connection_that_waits_gets_one_more_answer_when_a_successor_takes_over) {
  id = next.listen(saying("As it was."));
  ASSERT_TRUE(serve());
  Peer client = connect(id);
  (void)answer_to(client, kGet);
  edge->drain(Acceptor::Ending::leave);
  settle();
  (void)client.heard();
  EXPECT_FALSE(client.ended()) << "a request may be on its way";
  EXPECT_THAT(answer_to(client, kGet),
              AllOf(HasSubstr("As it was."), HasSubstr("Connection: close\r\n")));
  EXPECT_TRUE(client.ended());
}

TEST_F(Listeners, it_has_ended_when_the_last_request_has) {
  serve_app();
  io::Scope scope(reactor);
  scope.spawn(edge->join());
  Peer client = connect(id);
  client.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  edge->drain(Acceptor::Ending::refuse);
  settle();
  EXPECT_EQ(scope.running(), 1u);
  answers(*app_side);
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_THAT(client.heard(), EndsWith("ok"));
}

TEST_F(Listeners, without_listeners_it_waits_for_the_next_snapshot) {
  ASSERT_TRUE(serve());
  io::Scope scope(reactor);
  scope.spawn(edge->join());
  settle();
  EXPECT_EQ(scope.running(), 1u);
  id = next.listen(saying("One."));
  ASSERT_TRUE(serve());
  Peer client = connect(id);
  EXPECT_THAT(answer_to(client, kGet), HasSubstr("One."));
  client.leave();
  edge->drain(Acceptor::Ending::refuse);
  settle();
  EXPECT_EQ(scope.running(), 0u);
}

}  // namespace
}  // namespace gatehouse::edge
