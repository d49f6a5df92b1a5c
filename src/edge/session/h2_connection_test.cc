#include "edge/session/h2_connection.h"

#include <gmock/gmock.h>

#include "edge/session/testing.h"
#include "http/h2/testing/h2_peer.h"

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;
using http::testing::frame;
using http::testing::get;
using http::testing::H2Peer;
using http::testing::literals;
using http::testing::post;
using http::testing::with;
using testing::Application;
using testing::Edge;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Peer;

// A client of HTTP/2 and its connection to the edge.
struct Client {
  std::unique_ptr<Peer> wire;
  std::unique_ptr<H2Peer> h2;
  std::string unsaid;  // for which the socket has no room
  bool ended = false;
  bool orderly = false;
  ConnectionState state = ConnectionState::idle;
  H2Connection* connection = nullptr;

  H2Peer* operator->() { return h2.get(); }
};

class H2Edge : public Edge {
 protected:
  ~H2Edge() override {
    scope.cancel();
    settle();
  }

  io::Task<void> serve(Client& client, io::Fd fd) {
    io::PlainStream stream(reactor, std::move(fd));
    const auto peer = io::SocketAddress::ip("192.0.2.7", 4711).value();
    RequestHandler handler(*thread, listener, peer);
    handler.serve_on(stream, nullptr);
    H2Connection connection(*thread, *listener, handler, stream,
                            [&client](ConnectionState state) { client.state = state; });
    client.connection = &connection;
    client.orderly = co_await connection.run();
    client.ended = true;
    client.connection = nullptr;
    if (client.orderly) stream.close_write();
  }

  Client& connect_h2(std::uint32_t window = 1 << 30, bool takes_everything = true) {
    open();
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    Client& client = *clients.emplace_back(std::make_unique<Client>());
    client.wire = std::make_unique<Peer>(io::Fd(fds[1]));
    client.h2 = std::make_unique<H2Peer>(window, takes_everything);
    scope.spawn(serve(client, io::Fd(fds[0])));
    talk(client);
    return client;
  }

  // Until nobody has anything to say.
  void talk(Client& client) {
    std::size_t before = 0;
    std::string heard;
    do {
      client.unsaid += client->said();
      before = client.unsaid.size();
      client.unsaid = std::string(client.wire->offer(client.unsaid));
      settle();
      heard = client.wire->heard();
      EXPECT_TRUE(client->hear(heard));
    } while (!heard.empty() || client.unsaid.size() < before);
  }

  // The application's end of a request that was just made, and what it got.
  struct Exchanged {
    std::unique_ptr<Peer> app;
    std::string request;
  };
  Exchanged at_app() {
    auto peer = taken_by_app();
    EXPECT_TRUE(peer);
    std::string request = peer ? peer->heard() : "";
    return {std::move(peer), std::move(request)};
  }

  std::vector<std::unique_ptr<Client>> clients;
};

TEST_F(H2Edge, a_request_reaches_the_application_as_http_1_and_its_answer_comes_back) {
  Client& client = connect_h2();
  const auto stream = client->request(with(get("/a?b"), "x-a", "1"));
  talk(client);
  EXPECT_EQ(client.state, ConnectionState::active);
  auto [application, request] = at_app();
  EXPECT_THAT(request, ::testing::StartsWith("GET /a?b HTTP/1.1\r\nHost: a.example\r\nx-a: 1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Forwarded-For: 192.0.2.7\r\n"));
  application->say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-B: 2\r\n\r\nok");
  talk(client);
  const auto& response = client->response(stream);
  EXPECT_EQ(response.status, "200");
  EXPECT_EQ(response.content, "ok");
  EXPECT_EQ(response.value("x-b"), "2");
  EXPECT_EQ(response.value("content-length"), "2");
  EXPECT_FALSE(response.value("date").empty());
  EXPECT_TRUE(response.ended);
  EXPECT_EQ(client.state, ConnectionState::idle);
}

TEST_F(H2Edge, streams_are_answered_in_the_order_in_which_their_answers_come) {
  Client& client = connect_h2();
  const auto first = client->request(get("/1"));
  const auto second = client->request(get("/2"));
  talk(client);
  auto one = at_app();
  auto two = at_app();
  if (one.request.starts_with("GET /2")) std::swap(one, two);
  two.app->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(second).ended);
  EXPECT_FALSE(client->response(first).ended);
  one.app->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(first).ended);
}

TEST_F(H2Edge, content_streams_both_ways_at_the_same_time) {
  Client& client = connect_h2();
  const auto stream = client->request(post(), "one ", false);
  talk(client);
  auto [application, request] = at_app();
  EXPECT_THAT(request, HasSubstr("Transfer-Encoding: chunked\r\n"));
  application->say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n");
  talk(client);
  EXPECT_EQ(client->response(stream).content, "yes");
  client->send_content(stream, "two", true);
  talk(client);
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4) + application->heard(),
            "4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n");
  application->say("0\r\nX-Sum: 7\r\n\r\n");
  talk(client);
  EXPECT_TRUE(client->response(stream).ended);
  ASSERT_EQ(client->response(stream).trailers.size(), 1U);
  EXPECT_EQ(client->response(stream).trailers[0].first, "x-sum");
}

TEST_F(H2Edge, content_of_known_length_is_not_chunked) {
  Client& client = connect_h2();
  (void)client->request(with(post(), "content-length", "5"), "hello");
  talk(client);
  const auto [application, request] = at_app();
  EXPECT_THAT(request, ::testing::EndsWith("Content-Length: 5\r\n\r\nhello"));
}

TEST_F(H2Edge, content_that_turns_out_to_be_none_ends_the_request) {
  Client& client = connect_h2();
  const auto stream = client->request(post(), "", false);
  talk(client);
  client->send_content(stream, "", true);
  talk(client);
  const auto [application, request] = at_app();
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n0\r\n\r\n"));
}

TEST_F(H2Edge, trailers_without_content_end_the_request) {
  Client& client = connect_h2();
  const auto stream = client->request(with(post(), "te", "trailers"), "", false);
  talk(client);
  client->send_content(stream, "", true, {{"x-sum", "7"}});
  talk(client);
  const auto [application, request] = at_app();
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n0\r\nx-sum: 7\r\n\r\n"));
}

TEST_F(H2Edge, an_end_that_comes_together_with_the_head_ends_the_request) {
  Client& client = connect_h2();
  client.wire->say(frame(NGHTTP2_HEADERS, 4, 1, literals(post())) + frame(NGHTTP2_DATA, 1, 1));
  talk(client);
  const auto one = at_app();
  EXPECT_THAT(one.request, ::testing::EndsWith("\r\n\r\n0\r\n\r\n"));
  client.wire->say(frame(NGHTTP2_HEADERS, 4, 3, literals(post())) +
                   frame(NGHTTP2_HEADERS, 5, 3, literals({{"x-sum", "7"}})));
  talk(client);
  const auto two = at_app();
  EXPECT_THAT(two.request, ::testing::EndsWith("\r\n\r\n0\r\nx-sum: 7\r\n\r\n"));
}

TEST_F(H2Edge, a_request_that_is_taken_back_at_once_never_reaches_the_application) {
  Client& client = connect_h2();
  const std::string head = frame(NGHTTP2_HEADERS, 5, 1, literals(get()));
  client.wire->say(head + frame(NGHTTP2_RST_STREAM, 0, 1, std::string("\0\0\0\x08", 4)));
  talk(client);
  EXPECT_FALSE(taken_by_app());
  EXPECT_EQ(client.state, ConnectionState::idle);
}

TEST_F(H2Edge, large_content_arrives_whole_in_both_directions) {
  Client& client = connect_h2();
  const auto stream = client->request(post(), std::string(3'000'000, 'u'));
  talk(client);
  auto application = taken_by_app();
  std::size_t got = 0;
  for (std::string more = application->heard(); !more.empty(); more = application->heard()) {
    got += static_cast<std::size_t>(std::ranges::count(more, 'u'));
    talk(client);
  }
  EXPECT_EQ(got, 3'000'000U + 2) << "and those of the head";
  application->say("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
  const std::string content(3'000'000, 'd');
  for (std::string_view rest = content; !rest.empty(); talk(client))
    rest = application->offer(rest);
  EXPECT_EQ(client->response(stream).content.size(), 3'000'000U);
  EXPECT_TRUE(client->response(stream).ended);
}

TEST_F(H2Edge, a_client_that_takes_nothing_holds_up_nobody_else) {
  Client& client = connect_h2(/*window=*/1000, /*takes_everything=*/false);
  const auto slow = client->request(get("/slow"));
  talk(client);
  auto first = at_app();
  first.app->say("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'));
  talk(client);
  EXPECT_EQ(client->response(slow).content.size(), 1000U);
  const auto quick = client->request(get("/quick"));
  talk(client);
  auto second = at_app();
  second.app->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(quick).ended);
  client->credit(slow, 1000);
  talk(client);
  EXPECT_EQ(client->response(slow).content.size(), 2000U);
}

TEST_F(H2Edge, a_client_that_takes_nothing_for_too_long_is_reset) {
  Client& client = connect_h2(1000, false);
  const auto stream = client->request(get());
  talk(client);
  auto [application, request] = at_app();
  application->say("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'));
  talk(client);
  advance(settings.client.write + 1s);
  talk(client);
  EXPECT_EQ(client->response(stream).reset, NGHTTP2_INTERNAL_ERROR);
  EXPECT_FALSE(client.ended) << "the connection lives";
}

TEST_F(H2Edge, the_window_of_an_upload_opens_as_the_application_takes_it) {
  Client& client = connect_h2();
  (void)client->request(post(), std::string(8'000'000, 'u'), false);
  talk(client);
  auto application = taken_by_app();
  talk(client);
  // What the application does not read stays with the client, beyond a window and socket buffers.
  EXPECT_GE(client->window_of_connection(), 128U * 1024U);
  EXPECT_TRUE(client.unsaid.empty());
  std::size_t got = 0;
  for (std::string more = application->heard(); !more.empty(); more = application->heard()) {
    got += more.size();
    talk(client);
  }
  EXPECT_GT(got, 8'000'000U);
}

TEST_F(H2Edge, a_reset_by_the_client_ends_the_request_to_the_application) {
  Client& client = connect_h2();
  const auto stream = client->request(get());
  talk(client);
  auto [application, request] = at_app();
  client->reset(stream);
  talk(client);
  (void)application->heard();
  EXPECT_TRUE(application->ended());
  EXPECT_EQ(client.state, ConnectionState::idle);
  EXPECT_FALSE(client.ended);
}

TEST_F(H2Edge, an_answer_that_breaks_off_resets_its_stream_only) {
  Client& client = connect_h2();
  const auto stream = client->request(get());
  talk(client);
  auto [application, request] = at_app();
  application->say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  talk(client);
  application->leave();
  talk(client);
  EXPECT_EQ(client->response(stream).content, "half");
  EXPECT_FALSE(client->response(stream).ended);
  EXPECT_EQ(client->response(stream).reset, NGHTTP2_INTERNAL_ERROR);
  EXPECT_FALSE(client.ended);
}

TEST_F(H2Edge, an_application_that_is_not_there_is_an_error_page) {
  Client& client = connect_h2();
  app.reset();
  const auto stream = client->request(get());
  talk(client);
  EXPECT_EQ(client->response(stream).status, "502");
  EXPECT_THAT(client->response(stream).content, HasSubstr("refused the connection"));
  EXPECT_TRUE(client->response(stream).ended);
}

TEST_F(H2Edge, a_refused_upload_is_answered_and_then_let_go) {
  settings.limits.body = 1000;
  Client& client = connect_h2();
  const auto stream = client->request(post(), std::string(5000, 'u'), false);
  talk(client);
  EXPECT_EQ(client->response(stream).status, "413");
  EXPECT_TRUE(client->response(stream).ended);
  const auto next = client->request(get());
  talk(client);
  auto refused = taken_by_app();
  auto [application, request] = at_app();
  application->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(next).ended);
}

TEST_F(H2Edge, a_head_is_answered_without_content) {
  Client& client = connect_h2();
  auto fields = get();
  fields[0].second = "HEAD";
  const auto stream = client->request(fields);
  talk(client);
  auto [application, request] = at_app();
  application->say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  talk(client);
  EXPECT_TRUE(client->response(stream).ended);
  EXPECT_EQ(client->response(stream).value("content-length"), "10");
  EXPECT_EQ(client->response(stream).content, "");
}

TEST_F(H2Edge, a_request_that_http_does_not_allow_is_answered_with_400) {
  Client& client = connect_h2();
  const auto stream = client->request(get("/a b"));
  const auto other = client->request(get("*"));
  talk(client);
  // The library knows some of them itself.
  const auto& response = client->response(stream);
  EXPECT_TRUE(response.status == "400" || response.reset == NGHTTP2_PROTOCOL_ERROR);
  EXPECT_NE(client->response(other).status, "200");
  EXPECT_FALSE(client.ended);
}

TEST_F(H2Edge, who_waits_too_long_is_told_goodbye) {
  Client& client = connect_h2();
  const auto stream = client->request(get());
  talk(client);
  auto [application, request] = at_app();
  application->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(stream).ended);
  advance(settings.client.idle - 1s);
  talk(client);
  EXPECT_FALSE(client.ended);
  advance(2s);
  talk(client);
  EXPECT_TRUE(client.ended && client.orderly);
  EXPECT_EQ(client->goaway(), NGHTTP2_NO_ERROR);
}

TEST_F(H2Edge, who_waits_for_an_answer_is_not_idle) {
  Client& client = connect_h2();
  const auto stream = client->request(get());
  talk(client);
  auto [application, request] = at_app();
  for (int i = 0; i < 3; ++i) {
    application->say("HTTP/1.1 103 Early Hints\r\n\r\n");
    talk(client);
    advance(50s);
    talk(client);
  }
  EXPECT_FALSE(client.ended);
  application->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(stream).ended);
}

TEST_F(H2Edge, who_does_not_begin_is_not_waited_for) {
  open();
  int fds[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
  Client& client = *clients.emplace_back(std::make_unique<Client>());
  client.wire = std::make_unique<Peer>(io::Fd(fds[1]));
  scope.spawn(serve(client, io::Fd(fds[0])));
  settle();
  advance(settings.client.head + 1s);
  settle();
  EXPECT_TRUE(client.ended);
}

TEST_F(H2Edge, half_a_head_is_not_waited_for) {
  Client& client = connect_h2();
  const std::string fields = literals(get());
  client.wire->say(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, 1, fields.substr(0, 20)));
  talk(client);
  EXPECT_FALSE(client.ended);
  advance(settings.client.head + 1s);
  talk(client);
  EXPECT_TRUE(client.ended);
  EXPECT_EQ(client->goaway(), NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST_F(H2Edge, half_a_head_is_not_waited_for_while_others_run) {
  Client& client = connect_h2();
  (void)client->request(get());
  talk(client);
  auto running = at_app();
  client.wire->say(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, 3, "\x82"));
  talk(client);
  advance(settings.client.head + 1s);
  talk(client);
  EXPECT_TRUE(client.ended);
}

TEST_F(H2Edge, a_drain_ends_an_idle_connection_at_once) {
  Client& client = connect_h2();
  client.connection->drain();
  talk(client);
  EXPECT_TRUE(client.ended && client.orderly);
  EXPECT_EQ(client->goaway(), NGHTTP2_NO_ERROR);
}

TEST_F(H2Edge, a_drain_lets_running_streams_end_and_takes_what_is_on_its_way) {
  Client& client = connect_h2();
  const auto first = client->request(get("/1"));
  talk(client);
  auto one = at_app();
  client.connection->drain();
  const auto second = client->request(get("/2"));
  talk(client);
  EXPECT_EQ(client->goaway(), NGHTTP2_NO_ERROR);
  auto two = at_app();
  advance(2s);
  talk(client);
  EXPECT_EQ(client->last_stream(), second);
  EXPECT_FALSE(client.ended);
  one.app->say(testing::kOk);
  two.app->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(first).ended);
  EXPECT_TRUE(client->response(second).ended);
  EXPECT_TRUE(client.ended && client.orderly);
}

TEST_F(H2Edge, a_client_that_leaves_ends_all_it_asked_for) {
  Client& client = connect_h2();
  (void)client->request(get("/1"));
  (void)client->request(get("/2"));
  talk(client);
  auto one = at_app();
  auto two = at_app();
  client.wire->leave();
  settle();
  EXPECT_TRUE(client.ended);
  for (auto* application : {one.app.get(), two.app.get()}) {
    (void)application->heard();
    EXPECT_TRUE(application->ended());
  }
}

TEST_F(H2Edge, connections_to_the_application_are_used_again) {
  Client& client = connect_h2();
  (void)client->request(get("/1"));
  talk(client);
  auto [application, request] = at_app();
  application->say(testing::kOk);
  talk(client);
  const auto second = client->request(get("/2"));
  talk(client);
  EXPECT_THAT(application->heard(), HasSubstr("GET /2 "));
  application->say(testing::kOk);
  talk(client);
  EXPECT_TRUE(client->response(second).ended);
  EXPECT_FALSE(taken_by_app());
}

TEST_F(H2Edge, the_page_of_nobody_s_site_comes_as_http_2_too) {
  open();
  RouteTable nothing;
  listener->routes = &nothing;
  Client& client = connect_h2();
  const auto stream = client->request(get());
  talk(client);
  EXPECT_EQ(client->response(stream).status, "404");
  EXPECT_THAT(client->response(stream).content, HasSubstr("No site of this name"));
}

// ---- WebSocket (RFC 8441)

http::testing::FieldList websocket() {
  auto fields = with(with(get("/chat"), ":protocol", "websocket"), "sec-websocket-version", "13");
  fields[0].second = "CONNECT";
  return fields;
}
constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

TEST_F(H2Edge, a_websocket_is_an_upgrade_further_on_and_bytes_in_both_directions_M2) {
  Client& client = connect_h2();
  const auto stream = client->request(websocket(), "", false);
  talk(client);
  auto [application, request] = at_app();
  EXPECT_THAT(request, ::testing::StartsWith("GET /chat HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Upgrade: websocket\r\n"));
  EXPECT_THAT(request, HasSubstr("sec-websocket-key: "));
  application->say(std::string(kSwitching) + "hello");
  talk(client);
  const auto& response = client->response(stream);
  EXPECT_EQ(response.status, "200");
  EXPECT_EQ(response.value("sec-websocket-protocol"), "chat");
  EXPECT_EQ(response.value("sec-websocket-accept"), "");
  EXPECT_EQ(response.content, "hello");
  client->send_content(stream, "world", false);
  talk(client);
  EXPECT_EQ(application->heard(), "world");
  application->say("again");
  talk(client);
  EXPECT_EQ(response.content, "helloagain");
  EXPECT_FALSE(response.ended);
}

TEST_F(H2Edge, a_websocket_ends_in_order_from_either_side) {
  Client& client = connect_h2();
  const auto first = client->request(websocket(), "", false);
  talk(client);
  auto one = at_app();
  one.app->say(kSwitching);
  talk(client);
  one.app->leave();
  talk(client);
  EXPECT_TRUE(client->response(first).ended);

  const auto second = client->request(websocket(), "", false);
  talk(client);
  auto two = at_app();
  two.app->say(kSwitching);
  talk(client);
  client->send_content(second, "bye", true);
  talk(client);
  EXPECT_EQ(two.app->heard(), "bye");
  EXPECT_TRUE(two.app->ended());
  two.app->say("bye you");
  two.app->leave();
  talk(client);
  EXPECT_EQ(client->response(second).content, "bye you");
  EXPECT_TRUE(client->response(second).ended);
}

TEST_F(H2Edge, a_websocket_whose_client_is_gone_is_closed_at_the_application) {
  Client& client = connect_h2();
  const auto stream = client->request(websocket(), "", false);
  talk(client);
  auto [application, request] = at_app();
  application->say(kSwitching);
  talk(client);
  client->reset(stream);
  talk(client);
  (void)application->heard();
  EXPECT_TRUE(application->ended());
}

TEST_F(H2Edge, a_websocket_that_the_application_does_not_open_is_not_open) {
  Client& client = connect_h2();
  const auto stream = client->request(websocket(), "", false);
  talk(client);
  auto one = at_app();
  one.app->say(testing::kOk);
  talk(client);
  EXPECT_EQ(client->response(stream).status, "502");
  EXPECT_THAT(client->response(stream).content, HasSubstr("without opening it"));

  const auto other = client->request(websocket(), "", false);
  talk(client);
  auto two = at_app();
  two.app->say("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  talk(client);
  EXPECT_EQ(client->response(other).status, "403");
  EXPECT_EQ(client->response(other).content, "no");
}

TEST_F(H2Edge, a_websocket_in_use_is_not_idle_and_a_silent_one_ends) {
  Client& client = connect_h2();
  const auto stream = client->request(websocket(), "", false);
  talk(client);
  auto [application, request] = at_app();
  application->say(kSwitching);
  talk(client);
  for (int i = 0; i < 5; ++i) {
    advance(settings.client.tunnel - 1s);
    client->send_content(stream, "ping", false);
    talk(client);
    EXPECT_EQ(application->heard(), "ping");
  }
  EXPECT_FALSE(client->response(stream).ended);
  advance(settings.client.tunnel + 2s);
  talk(client);
  (void)application->heard();
  EXPECT_TRUE(application->ended());
}

TEST_F(H2Edge, ten_thousand_resets_leave_nothing_behind) {
  Client& client = connect_h2();
  for (int i = 0; i < 10'000 && !client.ended; ++i) {
    const auto stream = client->request(get());
    client.wire->say(client->said());
    client->reset(stream);
    talk(client);
  }
  EXPECT_TRUE(client.ended);
  EXPECT_EQ(client->goaway(), NGHTTP2_ENHANCE_YOUR_CALM);
}

}  // namespace
}  // namespace gatehouse::edge
