#include "http/h2/server_session.h"

#include <gmock/gmock.h>

#include "http/h2/request.h"
#include "http/h2/testing/h2_peer.h"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::FieldList;
using testing::frame;
using testing::get;
using testing::H2Peer;
using ::testing::IsEmpty;
using testing::literals;
using ::testing::Pair;
using testing::post;
using testing::with;

constexpr std::string_view kMagic = NGHTTP2_CLIENT_MAGIC;

// What a stream's owner sees of it.
struct Sink final : H2StreamSink {
  void on_content(std::span<const char> bytes) override {
    content.append(bytes.data(), bytes.size());
  }
  void on_trailers(const FieldBlock& section) override {
    section.each([&](std::string_view name, std::string_view value) {
      trailers_in.emplace_back(name, value);
      return true;
    });
  }
  void on_end() override { ended = true; }
  void on_closed(H2Error /*error*/) override { closed = true; }
  Ready ready() override { return {outgoing.size(), last, trailers}; }
  void take(std::span<char> out) override {
    outgoing.copy(out.data(), out.size());
    outgoing.erase(0, out.size());
  }
  void on_sent_end() override { sent_end = true; }

  H2StreamId id = 0;
  FieldBlock fields;
  std::string content;
  FieldList trailers_in;
  std::string outgoing;
  bool last = true;
  const Trailers* trailers = nullptr;
  bool ended = false;
  bool closed = false;
  bool sent_end = false;
};

class H2ServerSessionTest : public ::testing::Test, public H2Requests {
 protected:
  H2StreamSink* on_request(H2StreamId stream, FieldBlock fields, bool ended) override {
    if (refuse_all) return nullptr;
    Sink& sink = *(sinks[stream] = std::make_unique<Sink>());
    sink.id = stream;
    sink.fields = std::move(fields);
    sink.ended = ended;
    return &sink;
  }

  void open(const H2Settings& settings = {}) {
    session = std::make_unique<H2ServerSession>(settings, *this, now);
  }
  // Until neither side has anything to say.
  void talk(H2Peer& client) {
    for (std::string said = client.said(); !said.empty() || session->wants_send();
         said = client.said()) {
      alive = session->receive(said, now) && alive;
      EXPECT_TRUE(client.hear(sent()));
    }
  }
  std::string sent(std::size_t room = 40'000) {
    std::string all;
    std::string buffer(room, '\0');
    for (std::size_t size = 1; size > 0;) {
      size = session->send(buffer);
      EXPECT_LE(size, room);
      all.append(buffer, 0, size);
    }
    return all;
  }
  bool receive(std::string_view bytes) {
    return session->receive({bytes.data(), bytes.size()}, now);
  }
  Sink& sink(H2StreamId stream) { return *sinks.at(stream); }

  ResponseHead& ok() {
    response.status = 200;
    return response;
  }
  // A client in the hands of the test: what it says is bytes.
  std::string begin() { return std::string(kMagic) + frame(NGHTTP2_SETTINGS, 0, 0); }
  static std::string head(H2StreamId stream, const FieldList& fields, bool ended = true) {
    const unsigned flags =
        NGHTTP2_FLAG_END_HEADERS | (ended ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE);
    return frame(NGHTTP2_HEADERS, static_cast<std::uint8_t>(flags),
                 static_cast<std::uint32_t>(stream), literals(fields));
  }

  SteadyTime now{1h};
  std::map<H2StreamId, std::unique_ptr<Sink>> sinks;
  std::unique_ptr<H2ServerSession> session;
  ResponseHead response;
  bool refuse_all = false;
  bool alive = true;
};

TEST_F(H2ServerSessionTest, announces_its_limits_at_once) {
  open({.head_bytes = 1000, .streams = 7, .stream_window = 70'000, .connection_window = 200'000});
  H2Peer client;
  EXPECT_TRUE(session->silent());
  talk(client);
  EXPECT_FALSE(session->silent());
  EXPECT_EQ(client.setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS), 7U);
  EXPECT_EQ(client.setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE), 70'000U);
  EXPECT_EQ(client.setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE), 1000U);
  EXPECT_EQ(client.window_of_connection(), 200'000U);
  EXPECT_FALSE(session->over());
}

TEST_F(H2ServerSessionTest, hands_over_a_request_with_its_content_and_trailers) {
  open();
  H2Peer client;
  const auto stream = client.request(with(post(), "x-a", "1"), "first ", false);
  talk(client);
  EXPECT_EQ(sink(stream).content, "first ");
  EXPECT_FALSE(sink(stream).ended);
  client.send_content(stream, "second", true, {{"x-sum", "7"}});
  talk(client);
  EXPECT_EQ(sink(stream).content, "first second");
  EXPECT_THAT(sink(stream).trailers_in, ElementsAre(Pair("x-sum", "7")));
  EXPECT_TRUE(sink(stream).ended);
  EXPECT_FALSE(sink(stream).closed);
}

TEST_F(H2ServerSessionTest, sends_head_content_and_trailers_of_a_response) {
  open();
  H2Peer client;
  const auto stream = client.request(get());
  talk(client);
  ok().fields.add({"X-Upper", "Value", FieldId::other});
  Trailers trailers;
  for (const char c : std::string_view("x-sum: 7\r\n")) ASSERT_TRUE(trailers.append(c));
  ASSERT_EQ(trailers.parse(), nullptr);
  sink(stream).outgoing = std::string(100'000, 'x');
  sink(stream).trailers = &trailers;
  ASSERT_TRUE(session->respond(stream, response, "today", true));
  talk(client);
  const auto& seen = client.response(stream);
  EXPECT_EQ(seen.status, "200");
  EXPECT_THAT(seen.fields, ElementsAre(Pair("x-upper", "Value"), Pair("date", "today")));
  EXPECT_EQ(seen.content, std::string(100'000, 'x'));
  EXPECT_THAT(seen.trailers, ElementsAre(Pair("x-sum", "7")));
  EXPECT_TRUE(seen.ended);
  EXPECT_TRUE(sink(stream).sent_end);
  EXPECT_TRUE(sink(stream).closed);
}

TEST_F(H2ServerSessionTest, keeps_fields_of_one_connection_to_itself_and_tells_the_length) {
  open();
  H2Peer client;
  const auto stream = client.request(get());
  talk(client);
  Field hop("Keep-Alive", "1", FieldId::keep_alive);
  hop.mark_hop_by_hop();
  ok().fields.add(hop);
  response.fields.add({"Content-Length", "999", FieldId::content_length});
  response.fields.add({"Date", "yesterday", FieldId::date});
  response.declared_length = 3;
  sink(stream).outgoing = "abc";
  ASSERT_TRUE(session->respond(stream, response, "today", true));
  talk(client);
  EXPECT_THAT(client.response(stream).fields,
              ElementsAre(Pair("date", "yesterday"), Pair("content-length", "3")));
}

TEST_F(H2ServerSessionTest, a_response_without_content_ends_with_its_head) {
  open();
  H2Peer client;
  const auto stream = client.request(get());
  talk(client);
  response.status = 204;
  response.declared_length = 0;
  ASSERT_TRUE(session->respond(stream, response, {}, false));
  talk(client);
  EXPECT_TRUE(client.response(stream).ended);
  EXPECT_THAT(client.response(stream).fields, IsEmpty());
  EXPECT_TRUE(sink(stream).sent_end);
}

TEST_F(H2ServerSessionTest, interim_responses_come_before_the_one_that_counts) {
  open();
  H2Peer client;
  const auto stream = client.request(get());
  talk(client);
  response.status = 103;
  ASSERT_TRUE(session->interim(stream, response));
  ASSERT_TRUE(session->respond(stream, ok(), {}, false));
  talk(client);
  EXPECT_THAT(client.response(stream).interims, ElementsAre("103"));
  EXPECT_EQ(client.response(stream).status, "200");
}

TEST_F(H2ServerSessionTest, content_that_is_not_there_yet_is_waited_for) {
  open();
  H2Peer client;
  const auto stream = client.request(get());
  talk(client);
  sink(stream).last = false;
  ASSERT_TRUE(session->respond(stream, ok(), {}, true));
  talk(client);
  EXPECT_FALSE(session->wants_send());
  sink(stream).outgoing = "late";
  sink(stream).last = true;
  session->resume(stream);
  talk(client);
  EXPECT_EQ(client.response(stream).content, "late");
  EXPECT_TRUE(client.response(stream).ended);
}

TEST_F(H2ServerSessionTest, writes_no_more_than_there_is_room_for_and_loses_nothing) {
  for (const std::size_t room : {10U, 100U, 1000U, 16'400U}) {
    sinks.clear();
    open();
    H2Peer client;
    const auto stream = client.request(get());
    ASSERT_TRUE(receive(client.said()));
    sink(stream).outgoing = std::string(5000, 'x');
    ASSERT_TRUE(session->respond(stream, ok(), {}, true));
    std::string bytes = sent(std::max<std::size_t>(room, 5009));
    EXPECT_TRUE(client.hear(bytes));
    EXPECT_EQ(client.response(stream).content.size(), 5000U) << room;
  }
}

TEST_F(H2ServerSessionTest, opens_windows_only_for_content_that_was_taken_on) {
  open({.stream_window = 65'535, .connection_window = 65'535});
  H2Peer client;
  talk(client);
  const auto stream = client.request(post(), std::string(200'000, 'x'));
  talk(client);
  EXPECT_EQ(sink(stream).content.size(), 65'535U);
  session->credit(stream, 40'000);
  talk(client);
  EXPECT_EQ(sink(stream).content.size(), 105'535U);
}

TEST_F(H2ServerSessionTest, content_that_nobody_wants_leaves_the_window_to_the_others) {
  open({.stream_window = 65'535, .connection_window = 65'535});
  H2Peer client;
  talk(client);
  const auto first = client.request(post(), std::string(60'000, 'x'), false);
  ASSERT_TRUE(receive(client.said()));
  session->forget(first);
  session->reset(first, H2Error::cancel);
  session->credit(first, 60'000);
  talk(client);
  const auto second = client.request(post(), std::string(60'000, 'y'));
  talk(client);
  EXPECT_TRUE(sink(second).ended);
  EXPECT_EQ(client.response(first).reset, NGHTTP2_CANCEL);
}

TEST_F(H2ServerSessionTest, a_stream_that_is_reset_tells_its_sink_once) {
  open();
  H2Peer client;
  const auto stream = client.request(get());
  talk(client);
  client.reset(stream);
  talk(client);
  EXPECT_TRUE(sink(stream).closed);
  EXPECT_FALSE(session->respond(stream, ok(), {}, false));
  EXPECT_FALSE(session->interim(stream, response));
}

TEST_F(H2ServerSessionTest, requests_that_nobody_takes_are_refused_unprocessed) {
  open();
  refuse_all = true;
  H2Peer client;
  const auto stream = client.request(get());
  talk(client);
  EXPECT_EQ(client.response(stream).reset, NGHTTP2_REFUSED_STREAM);
}

TEST_F(H2ServerSessionTest, more_streams_than_it_announced_are_refused_unprocessed) {
  open({.streams = 1});
  ASSERT_TRUE(receive(begin() + head(1, get(), false) + head(3, get(), false)));
  H2Peer client;
  (void)client.said();
  EXPECT_TRUE(client.hear(sent()));
  EXPECT_EQ(sinks.size(), 1U);
}

TEST_F(H2ServerSessionTest, ends_in_two_steps_while_streams_live_on) {
  open();
  H2Peer client;
  const auto first = client.request(get());
  talk(client);
  session->announce_end();
  const auto second = client.request(get());
  talk(client);
  EXPECT_EQ(client.goaway(), NGHTTP2_NO_ERROR);
  session->end();
  talk(client);
  EXPECT_EQ(client.last_stream(), second);
  EXPECT_FALSE(session->over());
  for (const auto stream : {first, second}) ASSERT_TRUE(session->respond(stream, ok(), {}, false));
  talk(client);
  EXPECT_EQ(client.response(first).status, "200");
  EXPECT_EQ(client.response(second).status, "200");
  EXPECT_TRUE(session->over());
}

TEST_F(H2ServerSessionTest, a_head_that_is_larger_than_the_limit_is_told_so) {
  open({.head_bytes = 300});
  H2Peer client;
  const auto stream = client.request(with(get(), "x", std::string(1000, 'x')));
  talk(client);
  EXPECT_TRUE(sink(stream).fields.too_large());
}

TEST_F(H2ServerSessionTest, knows_that_a_head_is_incomplete) {
  open();
  ASSERT_TRUE(receive(begin()));
  EXPECT_FALSE(session->in_head());
  const std::string fields = literals(get());
  ASSERT_TRUE(receive(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, 1, fields.substr(0, 20))));
  EXPECT_TRUE(session->in_head());
  ASSERT_TRUE(receive(frame(NGHTTP2_CONTINUATION, NGHTTP2_FLAG_END_HEADERS, 1, fields.substr(20))));
  EXPECT_FALSE(session->in_head());
  EXPECT_TRUE(sink(1).ended);
}

TEST_F(H2ServerSessionTest, settings_that_open_a_window_beyond_all_measure_end_the_connection) {
  open();
  const std::string largest = "\x7f\xff\xff\xff";
  const std::string settings = std::string("\0\x04", 2) + largest;
  ASSERT_TRUE(receive(begin() + head(1, post(), false) +
                      frame(NGHTTP2_WINDOW_UPDATE, 0, 1, std::string("\0\0\0\x01", 4))));
  (void)sent();
  EXPECT_FALSE(session->over());
  (void)receive(frame(NGHTTP2_SETTINGS, 0, 0, settings));
  EXPECT_NE(sent().find(std::string("\0\0\0\x03", 4)), std::string::npos);
  EXPECT_TRUE(session->over());
}

// ---- what clients may not do

class BadFields : public H2ServerSessionTest, public ::testing::WithParamInterface<FieldList> {};

TEST_P(BadFields, reset_their_stream_and_leave_the_others) {
  open();
  ASSERT_TRUE(receive(begin() + head(1, GetParam()) + head(3, get())));
  H2Peer client;
  (void)client.said();
  ASSERT_TRUE(session->respond(3, ok(), {}, false));
  (void)sent();
  EXPECT_FALSE(sinks.contains(1));
  EXPECT_TRUE(sink(3).sent_end);
  EXPECT_FALSE(session->over());
}

INSTANTIATE_TEST_SUITE_P(All, BadFields,
                         ::testing::Values(with(get(), "X-Upper", "1"), with(get(), "x", "a\r\nb"),
                                           with(get(), "connection", "close"),
                                           with(get(), "te", "gzip"), with(get(), ":path", "/"),
                                           with(get(), ":status", "200"),
                                           with(get(), "content-length", "5"),
                                           FieldList{{":method", "GET"}}));

struct Broken {
  std::string_view what;
  std::string bytes;
};
void PrintTo(const Broken& one, std::ostream* out) { *out << one.what; }

class BrokenConnection : public H2ServerSessionTest,
                         public ::testing::WithParamInterface<Broken> {};

TEST_P(BrokenConnection, is_ended_with_goaway) {
  open();
  (void)receive(begin() + GetParam().bytes);
  const std::string last = sent();
  EXPECT_NE(last.find(frame(NGHTTP2_GOAWAY, 0, 0).substr(3)), std::string::npos);
  EXPECT_TRUE(session->over());
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenConnection,
    ::testing::Values(
        Broken{"DATA on stream 0", frame(NGHTTP2_DATA, 0, 0, "x")},
        Broken{"DATA on an idle stream", frame(NGHTTP2_DATA, 0, 1, "x")},
        Broken{"HEADERS on an even stream", frame(NGHTTP2_HEADERS, 5, 2, "\x82")},
        Broken{"SETTINGS of 5 bytes", frame(NGHTTP2_SETTINGS, 0, 0, "12345")},
        Broken{"SETTINGS on a stream", frame(NGHTTP2_SETTINGS, 0, 1)},
        Broken{"PING of 7 bytes", frame(NGHTTP2_PING, 0, 0, "1234567")},
        Broken{"a priority of the connection",
               frame(NGHTTP2_PRIORITY, 0, 0, std::string(5, '\x02'))},
        Broken{"PUSH_PROMISE", frame(NGHTTP2_PUSH_PROMISE, 4, 1, "1234")},
        Broken{"a window of nothing", frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string(4, '\0'))},
        Broken{"a frame beyond all sizes", frame(NGHTTP2_DATA, 0, 1, std::string(20'000, 'x'))},
        Broken{"an index of no table", frame(NGHTTP2_HEADERS, 5, 1, "\xff\xff\xff\x7f")},
        Broken{"CONTINUATION of nothing", frame(NGHTTP2_CONTINUATION, 4, 1, "x")}));

TEST_F(H2ServerSessionTest, what_is_no_http2_is_not_listened_to) {
  open();
  EXPECT_FALSE(receive("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"));
  EXPECT_TRUE(session->over());
  EXPECT_FALSE(session->complaint().empty());
}

struct Flood {
  std::string_view what;
  std::function<std::string(std::uint32_t)> one;  // by its number
};
void PrintTo(const Flood& one, std::ostream* out) { *out << one.what; }

class Floods : public H2ServerSessionTest, public ::testing::WithParamInterface<Flood> {};

TEST_P(Floods, cost_the_client_its_connection) {
  open();
  ASSERT_TRUE(receive(begin()));
  std::uint32_t frames = 0;
  std::string last;
  while (!session->over() && frames < 20'000) {
    (void)receive(GetParam().one(frames++));
    last = sent();
  }
  EXPECT_LT(frames, 5000U);
  EXPECT_NE(last.find(std::string("\0\0\0\x0b", 4)), std::string::npos) << "ENHANCE_YOUR_CALM";
  EXPECT_FALSE(session->complaint().empty());
}

std::string number(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

INSTANTIATE_TEST_SUITE_P(
    All, Floods,
    ::testing::Values(
        Flood{"PING", [](std::uint32_t) { return frame(NGHTTP2_PING, 0, 0, "12345678"); }},
        Flood{"SETTINGS", [](std::uint32_t) { return frame(NGHTTP2_SETTINGS, 0, 0); }},
        Flood{"PRIORITY",
              [](std::uint32_t) { return frame(NGHTTP2_PRIORITY, 0, 1, std::string(5, '\x02')); }},
        Flood{"WINDOW_UPDATE",
              [](std::uint32_t) { return frame(NGHTTP2_WINDOW_UPDATE, 0, 0, number(1)); }},
        Flood{"rapid reset",
              [](std::uint32_t i) {
                const std::uint32_t stream = 2 * i + 1;
                return frame(NGHTTP2_HEADERS, 5, stream, literals(get())) +
                       frame(NGHTTP2_RST_STREAM, 0, stream, number(NGHTTP2_CANCEL));
              }},
        Flood{"malformed requests",
              [](std::uint32_t i) {
                return frame(NGHTTP2_HEADERS, 5, 2 * i + 1, literals(with(get(), "X", "1")));
              }},
        Flood{"empty DATA", [](std::uint32_t i) {
                if (i == 0) return frame(NGHTTP2_HEADERS, 4, 1, literals(post()));
                return frame(NGHTTP2_DATA, 0, 1);
              }}));

TEST_F(H2ServerSessionTest, a_client_that_never_reads_answers_is_not_answered_for_ever) {
  open();
  std::string pings = begin();
  for (int i = 0; i < 3000; ++i) pings += frame(NGHTTP2_PING, 0, 0, "12345678");
  (void)receive(pings);
  EXPECT_FALSE(session->complaint().empty());
}

TEST_F(H2ServerSessionTest, a_busy_client_in_good_faith_is_left_alone) {
  open();
  H2Peer client;
  for (int round = 0; round < 100; ++round) {
    now += 1s;
    std::vector<std::int32_t> streams;
    for (int i = 0; i < 50; ++i) streams.push_back(client.request(get()));
    talk(client);
    for (const auto stream : streams) client.reset(stream);
    talk(client);
  }
  EXPECT_TRUE(alive);
  EXPECT_FALSE(client.goaway());
}

}  // namespace
}  // namespace gatehouse::http
