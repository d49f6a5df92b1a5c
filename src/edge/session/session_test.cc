#include "edge/session/session.h"

#include <gmock/gmock.h>

#include "edge/session/testing.h"

namespace gatehouse::edge {
namespace {

using testing::Edge;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kGet;
using testing::kOk;
using ::testing::Not;
using testing::Peer;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class SessionTest : public Edge {};

TEST_F(SessionTest, a_request_reaches_the_application_and_its_answer_the_client) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  const std::string request = app_side->heard();
  EXPECT_THAT(request, StartsWith("GET / HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Forwarded-For: 192.0.2.7\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Forwarded-Proto: http\r\n"));
  app_side->say(kOk);
  settle();
  const std::string answer = client.heard();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nok"));
  EXPECT_FALSE(client.ended());
}

TEST_F(SessionTest, both_connections_carry_the_next_request) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(app_side->heard(), StartsWith("GET /"));
    app_side->say(kOk);
    settle();
    EXPECT_THAT(client.heard(), EndsWith("ok"));
    client.say(kGet);
    settle();
  }
  EXPECT_FALSE(app->accept()) << "a second connection was opened";
}

TEST_F(SessionTest, pipelined_requests_are_answered_in_order) {
  Peer client = connect();
  client.say("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  auto app_side = taken_by_app();
  EXPECT_THAT(app_side->heard(), Not(HasSubstr("/2")));
  app_side->say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
  settle();
  EXPECT_THAT(app_side->heard(), StartsWith("GET /2 "));
  app_side->say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
  settle();
  const std::string answers = client.heard();
  EXPECT_LT(answers.find("one"), answers.find("two"));
}

TEST_F(SessionTest, content_and_the_request_behind_it_are_kept_apart) {
  Peer client = connect();
  client.say(
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\n"
      "Host: a\r\n\r\n");
  auto app_side = taken_by_app();
  EXPECT_THAT(app_side->heard(), EndsWith("\r\n\r\nhello"));
  app_side->say(kOk);
  settle();
  EXPECT_THAT(app_side->heard(), StartsWith("GET /2 "));
}

TEST_F(SessionTest, chunked_content_and_the_request_behind_it_are_kept_apart) {
  Peer client = connect();
  client.say(
      "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
      "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  auto app_side = taken_by_app();
  EXPECT_THAT(app_side->heard(), EndsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
  app_side->say(kOk);
  settle();
  EXPECT_THAT(app_side->heard(), StartsWith("GET /2 "));
}

TEST_F(SessionTest, a_chunked_answer_is_framed_anew_with_its_trailers) {
  Peer client = connect();
  client.say("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
  auto app_side = taken_by_app();
  app_side->say(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n");
  settle();
  app_side->say("0\r\nX-Sum: 7\r\n\r\n");
  settle();
  EXPECT_THAT(client.heard(), EndsWith("\r\n\r\n5\r\nabcde\r\n0\r\nX-Sum: 7\r\n\r\n"));
}

TEST_F(SessionTest, interim_answers_pass_before_the_final_one) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  app_side->say("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
  settle();
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n"));
  app_side->say(std::string("HTTP/1.1 100 Continue\r\n\r\n") + std::string(kOk));
  settle();
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(SessionTest, an_early_answer_to_an_upload_reaches_the_client_and_ends_the_connection) {
  Peer client = connect();
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome");
  auto app_side = taken_by_app();
  app_side->say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!");
  settle();
  EXPECT_THAT(client.heard(), EndsWith("no!"));
  EXPECT_TRUE(client.ended());
}

TEST_F(SessionTest, a_websocket_becomes_a_tunnel_in_both_directions) {
  Peer client = connect();
  client.say(
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
  auto app_side = taken_by_app();
  EXPECT_THAT(app_side->heard(), HasSubstr("Upgrade: websocket\r\n"));
  app_side->say(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Accept: y\r\n\r\nfirst");
  settle();
  EXPECT_THAT(client.heard(), EndsWith("\r\n\r\nfirst"));
  client.say("up");
  settle();
  EXPECT_EQ(app_side->heard(), "up");
  app_side->say("down");
  settle();
  EXPECT_EQ(client.heard(), "down");
  app_side->leave();
  settle();
  EXPECT_THAT(client.heard(), IsEmpty());
  EXPECT_TRUE(client.ended());
}

TEST_F(SessionTest, draining_ends_idle_connections_now_and_busy_ones_with_their_answer) {
  Peer idle = connect();
  Peer busy = connect();
  busy.say(kGet);
  auto app_side = taken_by_app();
  thread->draining = true;
  for (Session* session = thread->sessions.front(); session != nullptr;
       session = thread->sessions.after(*session)) {
    session->drain();
  }
  settle();
  EXPECT_THAT(idle.heard(), IsEmpty());
  EXPECT_TRUE(idle.ended());
  app_side->say(kOk);
  settle();
  EXPECT_THAT(busy.heard(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(busy.ended());
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(SessionTest, cancelling_everything_ends_it_in_the_middle_of_an_exchange) {
  Peer client = connect();
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
  auto app_side = taken_by_app();
  scope.cancel();
  settle();
  EXPECT_EQ(scope.running(), 0u);
  app_side->heard();
  EXPECT_TRUE(app_side->ended());
}

TEST_F(SessionTest, half_a_connection_is_enough_to_be_answered_over_plain_http) {
  Peer client = connect();
  client.say(kGet);
  client.end_writing();
  auto app_side = taken_by_app();
  app_side->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), EndsWith("ok"));
}

TEST_F(SessionTest, a_client_that_leaves_in_the_middle_of_a_head_is_forgotten) {
  Peer client = connect();
  EXPECT_THAT(answer_to(client, "GET / HT"), IsEmpty());
  EXPECT_EQ(thread->open_sessions, 1u);
  client.leave();
  settle();
  EXPECT_EQ(thread->open_sessions, 0u);
}

TEST_F(SessionTest, I8_tls_on_a_plain_port_is_answered_with_a_sentence) {
  Peer client = connect();
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  EXPECT_THAT(answer_to(client, hello), HasSubstr("began with TLS"));
}

TEST_F(SessionTest, content_beyond_the_limit_is_refused_whatever_its_framing) {
  settings.limits.body = 10;
  Peer client = connect();
  EXPECT_THAT(answer_to(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  Peer other = connect();
  EXPECT_THAT(answer_to(other,
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "b\r\n12345678901\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(SessionTest, a_client_may_end_its_side_while_it_waits_for_the_answer_over_plain_http) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  client.end_writing();
  settle();
  app_side->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), EndsWith("ok"));
}

TEST_F(SessionTest, a_client_that_has_left_ends_the_request_at_the_application) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  client.leave();
  settle();
  (void)app_side->heard();
  EXPECT_TRUE(app_side->ended());
  EXPECT_EQ(thread->open_sessions, 0u);
}

TEST_F(SessionTest, trailers_are_not_content_of_an_answer_to_http_1_0) {
  Peer client = connect();
  client.say("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  auto app_side = taken_by_app();
  app_side->say(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
  settle();
  EXPECT_THAT(client.heard(), EndsWith("\r\n\r\nabc"));
  EXPECT_TRUE(client.ended());
}

TEST_F(SessionTest, an_answer_that_ends_before_the_request_says_that_the_connection_ends) {
  Peer client = connect();
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome");
  auto app_side = taken_by_app();
  app_side->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), HasSubstr("Connection: close\r\n"));
}

TEST_F(SessionTest, content_that_is_refused_after_an_interim_answer_is_still_answered) {
  Peer client = connect();
  client.say(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  auto app_side = taken_by_app();
  app_side->say("HTTP/1.1 100 Continue\r\n\r\n");
  settle();
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 100 "));
  EXPECT_THAT(answer_to(client, "this is no chunk"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(SessionTest, more_pipelined_requests_than_are_kept_do_not_cost_the_answer_before_them) {
  Peer client = connect();
  // Read together with the content, but too much for the buffer of heads.
  client.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  auto app_side = taken_by_app();
  std::string rest = "0\r\n\r\n";
  while (rest.size() < 30'000) rest += kGet;
  client.say(rest);
  settle();
  client.say(rest);
  app_side->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), EndsWith("\r\n\r\nok"));
  EXPECT_FALSE(client.was_reset());
}

TEST_F(SessionTest, a_connection_gives_way_once) {
  Peer client = connect();
  auto app_side = kept_by_app(client);
  Session& session = *thread->sessions.front();
  ASSERT_TRUE(session.can_give_way());
  session.drain();
  EXPECT_FALSE(session.can_give_way()) << "its place is promised already";
  settle();
  EXPECT_EQ(thread->open_sessions, 0u);
}

TEST_F(SessionTest, who_sends_requests_without_pause_does_not_keep_others_waiting) {
  auto site = std::make_shared<Site>("default", 0);
  site->add_route("/", Refuse{404, "Nothing."});
  routes.set_default(site);
  Peer greedy = connect();
  Peer modest = connect();
  std::string many;
  for (int i = 0; i < 100; ++i) many += kGet;
  greedy.say(many);
  modest.say(kGet);
  std::string greedy_heard;
  std::string modest_heard;
  for (int i = 0; i < 5 && modest_heard.empty(); ++i) {
    reactor.run_once(0ms);
    greedy_heard += greedy.heard();
    modest_heard += modest.heard();
  }
  EXPECT_THAT(modest_heard, StartsWith("HTTP/1.1 404 "));
  std::size_t answers = 0;
  for (std::size_t at = 0; (at = greedy_heard.find("HTTP/1.1 404 ", at)) != std::string::npos; ++at)
    ++answers;
  EXPECT_LT(answers, 100u);
}

TEST_F(SessionTest, a_head_request_gets_no_content_whoever_answers) {
  Peer client = connect();
  client.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto app_side = taken_by_app();
  app_side->say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  settle();
  const std::string answer = client.heard();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
  client.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  app_side->say("garbage\r\n\r\n");
  settle();
  const std::string error = client.heard();
  EXPECT_THAT(error, StartsWith("HTTP/1.1 502 "));
  EXPECT_THAT(error, EndsWith("\r\n\r\n"));
  EXPECT_THAT(answer_to(client, kGet), IsEmpty()) << "the connection lives on";
  EXPECT_FALSE(client.ended());
}

TEST_F(SessionTest, an_application_may_refuse_a_websocket) {
  Peer client = connect();
  client.say("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  auto app_side = taken_by_app();
  (void)app_side->heard();
  app_side->say("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  settle();
  EXPECT_THAT(client.heard(), EndsWith("\r\n\r\nno"));
  client.say(kGet);
  settle();
  EXPECT_THAT(app_side->heard(), StartsWith("GET / "));
}

TEST_F(SessionTest, a_switch_of_protocols_that_nobody_asked_for_is_a_502) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  app_side->say(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  settle();
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(SessionTest, content_of_a_get_ends_the_connection_to_the_application) {
  Peer client = connect();
  client.say("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  auto app_side = taken_by_app();
  app_side->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), EndsWith("ok"));
  (void)app_side->heard();
  EXPECT_TRUE(app_side->ended());
  EXPECT_FALSE(client.ended());
}

TEST_F(SessionTest, an_answer_without_100_ends_the_wait_for_content) {
  Peer client = connect();
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  auto app_side = taken_by_app();
  EXPECT_THAT(app_side->heard(), HasSubstr("Expect: 100-continue\r\n"));
  app_side->say("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
  settle();
  const std::string answer = client.heard();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.ended());
}

TEST_F(SessionTest,
       a_client_that_leaves_in_the_middle_of_an_upload_is_not_the_application_s_fault) {
  Peer client = connect();
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome");
  auto app_side = taken_by_app();
  client.leave();
  settle();
  (void)app_side->heard();
  EXPECT_TRUE(app_side->ended());
  EXPECT_FALSE(group().at(0).ejected());
  EXPECT_EQ(group().at(0).active(), 0u);
}

}  // namespace
}  // namespace gatehouse::edge
