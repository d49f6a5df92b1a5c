#include "edge/session/h2_exchange.h"

#include <gmock/gmock.h>

#include "edge/session/testing.h"
#include "http/h2/testing/h2_application.h"

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;
using http::testing::H2Application;
using testing::Edge;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kGet;
using testing::Peer;
using ::testing::StartsWith;

// Clients of HTTP/1.1 in front of an application that speaks HTTP/2.
class H2Upstreams : public Edge {
 protected:
  H2Upstreams() {
    upstreams = {UpstreamUrl::parse("h2c+unix:" + (folder / "app").string()).value()};
  }
  ~H2Upstreams() override {
    scope.cancel();
    settle();
    if (thread) scope_of_end.spawn(thread->upstreams.close());
    settle();
  }

  // A connection that the edge has made.
  struct Connection {
    std::unique_ptr<Peer> wire;
    std::unique_ptr<H2Application> h2;
    std::string unsaid;

    H2Application* operator->() { return h2.get(); }
    H2Application::Stream& latest() { return h2->at(h2->latest); }
  };
  Connection* accept(const http::H2Settings& settings = {}) {
    settle();
    auto wire = app->accept();
    if (!wire) return nullptr;
    auto& made = connections.emplace_back(std::make_unique<Connection>());
    made->wire = std::move(wire);
    made->h2 = std::make_unique<H2Application>(settings);
    talk(*made);
    return made.get();
  }
  // Until neither the edge nor the application has anything to say.
  void talk(Connection& connection) {
    std::size_t before = 0;
    std::string heard;
    do {
      settle();
      heard = connection.wire->heard();
      connection.unsaid += connection->hear(heard);
      before = connection.unsaid.size();
      connection.unsaid = std::string(connection.wire->offer(connection.unsaid));
      settle();
    } while (!heard.empty() || connection.unsaid.size() < before);
  }
  // A client's request, and the connection of the application that has it.
  Connection& asked(Peer& client, std::string_view request) {
    client.say(request);
    Connection* made = accept();
    if (made == nullptr) {
      talk(*connections.back());
      return *connections.back();
    }
    return *made;
  }
  void respond(Connection& connection, std::uint16_t status, std::string content, bool end = true,
               const http::testing::FieldList& fields = {}, std::string_view trailers = {}) {
    connection->respond(connection->latest, status, std::move(content), end, fields, trailers);
    talk(connection);
  }

  std::vector<std::unique_ptr<Connection>> connections;
  io::Scope scope_of_end{reactor};
};

TEST_F(H2Upstreams, a_request_of_http_1_becomes_a_stream_and_its_answer_comes_back) {
  Peer client = connect();
  Connection& app_side = asked(client,
                               "GET /a?b HTTP/1.1\r\nHost: a.example\r\nX-Upper: 1\r\n"
                               "Connection: keep-alive, x-hop\r\nX-Hop: 1\r\n\r\n");
  const auto& stream = app_side.latest();
  EXPECT_EQ(stream.value(":method"), "GET");
  EXPECT_EQ(stream.value(":path"), "/a?b");
  EXPECT_EQ(stream.value(":scheme"), "http");
  EXPECT_EQ(stream.value(":authority"), "a.example");
  EXPECT_EQ(stream.value("x-upper"), "1");
  EXPECT_EQ(stream.value("x-hop"), "");
  EXPECT_EQ(stream.value("x-forwarded-for"), "192.0.2.7");
  EXPECT_EQ(stream.value("host"), "");
  EXPECT_TRUE(stream.ended);
  respond(app_side, 200, "hello", true, {{"x-b", "2"}});
  const std::string answer = client.heard();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nx-b: 2\r\n"));
  EXPECT_THAT(answer, EndsWith("5\r\nhello\r\n0\r\n\r\n"));
  EXPECT_FALSE(client.ended());
}

TEST_F(H2Upstreams, an_answer_without_content_has_none) {
  Peer client = connect();
  Connection& app_side = asked(client, kGet);
  respond(app_side, 204, "");
  EXPECT_THAT(client.heard(), AllOf(StartsWith("HTTP/1.1 204 "), EndsWith("\r\n\r\n")));
}

TEST_F(H2Upstreams, many_requests_share_one_connection) {
  std::vector<Peer> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(connect());
    clients.back().say(kGet);
  }
  Connection* app_side = accept();
  ASSERT_TRUE(app_side);
  EXPECT_EQ((*app_side)->streams.size(), 20U);
  EXPECT_EQ(accept(), nullptr);
  for (const auto& [stream, one] : (*app_side)->streams) (*app_side)->respond(stream, 200, "ok");
  talk(*app_side);
  for (Peer& client : clients) EXPECT_THAT(client.heard(), HasSubstr("ok"));
}

TEST_F(H2Upstreams, what_one_connection_does_not_carry_gets_another) {
  open();
  Peer first = connect();
  first.say(kGet);
  Connection* one = accept({.streams = 1});
  ASSERT_TRUE(one);
  talk(*one);
  Peer second = connect();
  second.say(kGet);
  Connection* two = accept({.streams = 1});
  ASSERT_TRUE(two);
  respond(*two, 200, "two");
  EXPECT_THAT(second.heard(), HasSubstr("two"));
  respond(*one, 200, "one");
  EXPECT_THAT(first.heard(), HasSubstr("one"));
}

TEST_F(H2Upstreams, content_goes_up_and_down_at_the_same_time) {
  Peer client = connect();
  Connection& app_side = asked(client,
                               "POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked"
                               "\r\n\r\n3\r\none\r\n");
  EXPECT_EQ(app_side.latest().content, "one");
  EXPECT_FALSE(app_side.latest().ended);
  respond(app_side, 200, "yes", false);
  EXPECT_THAT(client.heard(), EndsWith("3\r\nyes\r\n"));
  client.say("3\r\ntwo\r\n0\r\nX-Sum: 7\r\n\r\n");
  talk(app_side);
  EXPECT_EQ(app_side.latest().content, "onetwo");
  EXPECT_TRUE(app_side.latest().ended);
  ASSERT_EQ(app_side.latest().trailers_in.size(), 1U);
  EXPECT_EQ(app_side.latest().trailers_in[0].first, "x-sum");
  app_side->say(app_side->latest, "end", true);
  talk(app_side);
  EXPECT_THAT(client.heard(), EndsWith("3\r\nend\r\n0\r\n\r\n"));
}

TEST_F(H2Upstreams, trailers_of_the_answer_reach_who_takes_them) {
  Peer client = connect();
  Connection& app_side =
      asked(client, "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
  EXPECT_EQ(app_side.latest().value("te"), "trailers");
  respond(app_side, 200, "x", true, {}, "grpc-status: 0\r\n");
  EXPECT_THAT(client.heard(), EndsWith("1\r\nx\r\n0\r\ngrpc-status: 0\r\n\r\n"));
}

TEST_F(H2Upstreams, large_content_arrives_whole_in_both_directions) {
  Peer client = connect();
  const std::string content(2'000'000, 'u');
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  Connection* app_side = accept();
  ASSERT_TRUE(app_side);
  std::size_t credited = 0;
  for (std::string_view rest = content; !rest.empty(); talk(*app_side)) {
    rest = client.offer(rest);
    const std::size_t here = app_side->latest().content.size();
    (*app_side)->session.credit((*app_side)->latest, here - credited);
    credited = here;
  }
  for (int i = 0; i < 100 && !app_side->latest().ended; ++i) {
    const std::size_t here = app_side->latest().content.size();
    (*app_side)->session.credit((*app_side)->latest, here - credited);
    credited = here;
    talk(*app_side);
  }
  EXPECT_EQ(app_side->latest().content.size(), 2'000'000U);
  EXPECT_TRUE(app_side->latest().ended);
  (*app_side)->respond((*app_side)->latest, 200, std::string(2'000'000, 'd'));
  std::size_t got = 0;
  for (std::string more = "?"; !more.empty();) {
    talk(*app_side);
    more = client.heard();
    got += static_cast<std::size_t>(std::ranges::count(more, 'd'));
  }
  EXPECT_GE(got, 2'000'000U);
}

TEST_F(H2Upstreams, a_client_that_does_not_read_holds_the_application_back_and_nobody_else) {
  Peer slow = connect();
  Connection& app_side = asked(slow, kGet);
  const auto first = app_side->latest;
  app_side->respond(first, 200, std::string(5'000'000, 'x'));
  talk(app_side);
  EXPECT_GT(app_side->at(first).outgoing.size(), 4'000'000U);
  Peer quick = connect();
  (void)asked(quick, kGet);
  ASSERT_NE(app_side->latest, first);
  respond(app_side, 200, "quick");
  EXPECT_THAT(quick.heard(), HasSubstr("quick"));
}

TEST_F(H2Upstreams, interim_answers_pass) {
  Peer client = connect();
  Connection& app_side = asked(client, kGet);
  http::ResponseHead hints;
  hints.status = 103;
  app_side->session.interim(app_side->latest, hints);
  talk(app_side);
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 103 Early Hints\r\n"));
  respond(app_side, 200, "ok");
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(H2Upstreams, a_head_has_no_content_whatever_is_said_of_it) {
  Peer client = connect();
  Connection& app_side = asked(client, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  respond(app_side, 200, "", true, {{"content-type", "text/plain"}});
  EXPECT_THAT(client.heard(), EndsWith("\r\n\r\n"));
}

TEST_F(H2Upstreams, what_was_refused_unprocessed_is_asked_again) {
  Peer client = connect();
  client.say(kGet);
  settle();
  auto wire = app->accept();
  Connection& app_side = *connections.emplace_back(std::make_unique<Connection>());
  app_side.wire = std::move(wire);
  app_side.h2 = std::make_unique<H2Application>();
  app_side->refuse = 1;
  talk(app_side);
  EXPECT_EQ(app_side->streams.size(), 1U);
  respond(app_side, 200, "again");
  EXPECT_THAT(client.heard(), HasSubstr("again"));
}

TEST_F(H2Upstreams, what_is_refused_again_is_an_error) {
  Peer client = connect();
  client.say(kGet);
  settle();
  Connection& app_side = *connections.emplace_back(std::make_unique<Connection>());
  app_side.wire = app->accept();
  app_side.h2 = std::make_unique<H2Application>();
  app_side->refuse = 10;
  talk(app_side);
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(H2Upstreams, a_connection_that_takes_no_more_is_replaced_and_what_runs_on_it_ends) {
  Peer first = connect();
  Connection& old = asked(first, kGet);
  old->session.end();
  talk(old);
  Peer second = connect();
  second.say(kGet);
  Connection* other = accept();
  ASSERT_TRUE(other);
  respond(*other, 200, "second");
  EXPECT_THAT(second.heard(), HasSubstr("second"));
  respond(old, 200, "first");
  EXPECT_THAT(first.heard(), HasSubstr("first"));
}

TEST_F(H2Upstreams, an_answer_that_breaks_off_is_seen_to_be_cut_short) {
  Peer client = connect();
  Connection& app_side = asked(client, kGet);
  respond(app_side, 200, "half", false);
  EXPECT_THAT(client.heard(), EndsWith("4\r\nhalf\r\n"));
  app_side->session.reset(app_side->latest, http::H2Error::internal_error);
  talk(app_side);
  (void)client.heard();
  EXPECT_TRUE(client.was_reset() || client.ended());
}

TEST_F(H2Upstreams, a_stream_that_is_reset_before_its_answer_is_502) {
  Peer client = connect();
  Connection& app_side = asked(client, kGet);
  app_side->session.reset(app_side->latest, http::H2Error::internal_error);
  talk(app_side);
  EXPECT_THAT(client.heard(), AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("broke off")));
}

TEST_F(H2Upstreams, a_connection_that_breaks_is_502_for_all_its_streams) {
  Peer first = connect();
  Connection& app_side = asked(first, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  Peer second = connect();
  second.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  talk(app_side);
  app_side.wire->leave();
  settle();
  EXPECT_THAT(first.heard(), StartsWith("HTTP/1.1 502 "));
  EXPECT_THAT(second.heard(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(H2Upstreams, an_application_that_speaks_http_1_is_named_as_the_fault) {
  Peer client = connect();
  client.say(kGet);
  settle();
  auto wire = app->accept();
  wire->say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  settle();
  EXPECT_THAT(client.heard(), AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("not speak HTTP/2")));
}

TEST_F(H2Upstreams, a_client_that_leaves_cancels_its_stream) {
  Peer client = connect();
  Connection& app_side = asked(client, kGet);
  client.leave();
  talk(app_side);
  EXPECT_TRUE(app_side.latest().closed);
  EXPECT_EQ(app_side.latest().error, http::H2Error::cancel);
}

TEST_F(H2Upstreams, an_application_that_does_not_answer_in_time_is_504) {
  Peer client = connect();
  Connection& app_side = asked(client, kGet);
  advance(set->timeouts.response + 1s);
  talk(app_side);
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 504 "));
  EXPECT_TRUE(app_side.latest().closed);
}

TEST_F(H2Upstreams, an_application_that_is_not_there_is_502) {
  open();
  app.reset();
  Peer client = connect();
  client.say(kGet);
  settle();
  EXPECT_THAT(client.heard(), AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("refused")));
}

constexpr std::string_view kCall =
    "POST /a.B/C HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nTE: trailers\r\n"
    "Connection: TE\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(H2Upstreams, a_call_of_grpc_gets_a_status_of_grpc_when_nobody_is_there) {
  open();
  app.reset();
  Peer client = connect();
  client.say(kCall);
  settle();
  const std::string answer = client.heard();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n"
                                 "grpc-status: 14\r\ngrpc-message: The application at "));
}

TEST_F(H2Upstreams, a_call_of_grpc_may_be_silent_for_long) {
  Peer client = connect();
  Connection& app_side = asked(client, std::string(kCall) + "0\r\n\r\n");
  respond(app_side, 200, "x", false);
  EXPECT_THAT(client.heard(), HasSubstr("1\r\nx\r\n"));
  advance(set->timeouts.response + 1s);
  talk(app_side);
  app_side->say(app_side->latest, "y", false);
  talk(app_side);
  EXPECT_THAT(client.heard(), HasSubstr("1\r\ny\r\n"));
}

TEST_F(H2Upstreams, a_call_of_grpc_that_breaks_off_is_ended_by_a_status) {
  Peer client = connect();
  Connection& app_side = asked(client, std::string(kCall) + "0\r\n\r\n");
  respond(app_side, 200, "x", false);
  (void)client.heard();
  app_side.wire->leave();
  settle();
  EXPECT_THAT(client.heard(), AllOf(StartsWith("0\r\ngrpc-status: 14\r\ngrpc-message: The app"),
                                    EndsWith("\r\n\r\n")));
}

TEST_F(H2Upstreams, counted_content_leaves_room_for_trailers_that_are_announced) {
  Peer client = connect();
  Connection& app_side =
      asked(client, "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
  respond(app_side, 200, "x", true, {{"trailer", "x-sum"}, {"content-length", "1"}},
          "x-sum: 7\r\n");
  EXPECT_THAT(client.heard(), EndsWith("1\r\nx\r\n0\r\nx-sum: 7\r\n\r\n"));
}

TEST_F(H2Upstreams, a_connection_that_nobody_needs_is_closed_in_order) {
  Peer client = connect();
  Connection& app_side = asked(client, kGet);
  respond(app_side, 200, "ok");
  (void)client.heard();
  EXPECT_EQ(group().idle(), 1U);
  advance(set->timeouts.idle + 1s);
  talk(app_side);
  EXPECT_TRUE(app_side.wire->ended());
  EXPECT_EQ(group().idle(), 0U);
}

TEST_F(H2Upstreams, a_websocket_is_refused_with_a_sentence) {
  Peer client = connect();
  client.say(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n");
  settle();
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 501 "));
}

}  // namespace
}  // namespace gatehouse::edge
