#include <gmock/gmock.h>

#include "admin/event_buffer.h"
#include "admin/testing/server_test.h"
#include "api/json.h"
#include "http/h1_body.h"

namespace gatehouse::admin {
namespace {

using namespace std::chrono_literals;
using control::Role;
using ::testing::AllOf;
using testing::Client;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// ------------------------------------------------------------------ the buffer

api::Event event(std::string sentence) {
  api::Event event;
  event.set_kind("change");
  event.set_when("2026-11-21T12:00:00Z");
  event.set_sentence(std::move(sentence));
  return event;
}

api::Event read(const std::string& bytes) {
  const auto envelope = api::read_envelope(bytes, 1 << 20);
  EXPECT_TRUE(envelope && *envelope && (*envelope)->size == bytes.size());
  api::Event event;
  EXPECT_TRUE(api::from_json((*envelope)->data, event));
  return event;
}

TEST(EventBuffer, gives_back_what_it_was_given_in_order) {
  EventBuffer buffer(Codec::json);
  buffer.push(event("one"));
  buffer.push(event("two"));
  EXPECT_EQ(read(*buffer.take()).sentence(), "one");
  EXPECT_EQ(read(*buffer.take()).sentence(), "two");
  EXPECT_FALSE(buffer.take());
  EXPECT_EQ(buffer.bytes(), 0u);
}

TEST(EventBuffer, never_holds_more_than_its_bounds) {
  EventBuffer buffer(Codec::json);
  for (int i = 0; i < 5000; ++i) {
    buffer.push(event("short"));
    ASSERT_LE(buffer.events(), EventBuffer::kMostEvents);
  }
  EventBuffer bytes(Codec::json);
  for (int i = 0; i < 500; ++i) {
    bytes.push(event(std::string(3000, 'x')));
    ASSERT_LE(bytes.bytes(), EventBuffer::kMostBytes);
  }
}

TEST(EventBuffer, tells_how_many_were_lost_where_they_are_missing) {
  EventBuffer buffer(Codec::json);
  int held = 0;
  while (buffer.events() + 1 < EventBuffer::kMostEvents)
    buffer.push(event(fmt::format("{}", held++)));
  buffer.push(event("lost"));
  buffer.push(event("lost too"));
  EXPECT_EQ(read(*buffer.take()).sentence(), "0");
  EXPECT_EQ(read(*buffer.take()).sentence(), "1");
  buffer.push(event("after"));
  for (int i = 2; i < held; ++i) ASSERT_EQ(read(*buffer.take()).sentence(), fmt::format("{}", i));
  const api::Event lost = read(*buffer.take());
  EXPECT_EQ(lost.kind(), "lost");
  EXPECT_EQ(lost.lost(), 2u);
  EXPECT_THAT(lost.sentence(), HasSubstr("2 events were not told"));
  EXPECT_EQ(lost.when(), "2026-11-21T12:00:00Z");
  EXPECT_EQ(read(*buffer.take()).sentence(), "after");
  EXPECT_FALSE(buffer.take());
}

TEST(EventBuffer, tells_of_lost_ones_when_nothing_comes_after_them) {
  EventBuffer buffer(Codec::json);
  buffer.push(event(std::string(EventBuffer::kMostBytes, 'x')));
  EXPECT_EQ(read(*buffer.take()).lost(), 1u);
  EXPECT_FALSE(buffer.take());
}

// ------------------------------------------------------------------ the stream

class EventStreams : public testing::ServerTest {
 protected:
  Client watch() {
    Client client = connect();
    client.send(watch_request());
    settle();
    return client;
  }
};

// What has come, taken apart: the head, the events, and the message at the end.
struct Received {
  explicit Received(const std::string& bytes) {
    const auto end = bytes.find("\r\n\r\n");
    head = bytes.substr(0, end);
    std::string rest = end == bytes.npos ? "" : bytes.substr(end + 4);
    http::BodyDecoder decoder(http::BodyLength::chunked());
    const auto step = decoder.decode(rest);
    EXPECT_TRUE(step);
    complete = decoder.done();
    std::string_view data(step->data.data(), step->data.size());
    while (!data.empty()) {
      const auto envelope = api::read_envelope(data, 1 << 20);
      if (!envelope || !*envelope) break;
      if (((*envelope)->flags & api::kEndOfStream) != 0) {
        last = (*envelope)->data;
      } else {
        api::Event event;
        EXPECT_TRUE(api::from_json((*envelope)->data, event));
        sentences.push_back(event.sentence());
        lost += event.lost();
      }
      data.remove_prefix((*envelope)->size);
    }
  }
  std::string head;
  std::vector<std::string> sentences;
  std::uint64_t lost = 0;
  std::string last;
  bool complete = false;
};

TEST_F(EventStreams, the_head_comes_at_once_and_events_as_they_happen) {
  Client client = watch();
  std::string all = client.receive();
  EXPECT_THAT(all, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                         HasSubstr("Content-Type: application/connect+json\r\n")));
  plane.tell("one");
  settle();
  all += client.receive();
  EXPECT_THAT(Received(all).sentences, ElementsAre("one"));
  plane.tell("two");
  plane.tell("three");
  settle();
  all += client.receive();
  EXPECT_THAT(Received(all).sentences, ElementsAre("one", "two", "three"));
}

TEST_F(EventStreams, binary_ones_are_there_too) {
  Client client = connect();
  client.send(
      "POST /gatehouse.v1.EventService/Watch HTTP/1.1\r\nHost: g\r\nContent-Type: "
      "application/connect+proto\r\nContent-Length: 5\r\n\r\n" +
      api::envelope(0, ""));
  settle();
  EXPECT_THAT(client.receive(), HasSubstr("Content-Type: application/connect+proto\r\n"));
  plane.tell("one");
  settle();
  std::string chunk = client.receive();
  const std::string data = chunk.substr(chunk.find("\r\n") + 2);
  const auto envelope = api::read_envelope(data, 1 << 20);
  ASSERT_TRUE(envelope && *envelope);
  api::Event event;
  EXPECT_TRUE(
      event.ParseFromArray((*envelope)->data.data(), static_cast<int>((*envelope)->data.size())));
  EXPECT_EQ(event.sentence(), "one");
}

TEST_F(EventStreams, a_request_that_is_no_envelope_ends_the_stream_with_an_error) {
  for (const std::string& body :
       {std::string("{}"), std::string(), api::envelope(0, "{}") + "more", api::envelope(1, "{}"),
        api::envelope(2, "{}"), api::envelope(0, "{\"what\":1}"),
        api::envelope(0, "{}").substr(0, 6)}) {
    Client client = connect();
    client.send(fmt::format("POST /gatehouse.v1.EventService/Watch HTTP/1.1\r\nHost: g\r\n"
                            "Content-Type: application/connect+json\r\nContent-Length: {}\r\n\r\n",
                            body.size()) +
                body);
    settle();
    const Received got(client.receive());
    EXPECT_TRUE(got.complete);
    EXPECT_THAT(got.last, HasSubstr("invalid_argument"));
    const auto error = api::read_end_of_stream(got.last);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::usage);
  }
  EXPECT_EQ(server.watchers(), 0u);
  EXPECT_EQ(plane.listening(), 0u);
}

TEST_F(EventStreams, a_client_that_never_reads_costs_its_buffer_and_is_told_what_it_lost) {
  Client client = watch();
  for (int i = 0; i < 20'000; ++i) plane.tell(std::string(200, 'x'));
  settle();
  for (int i = 0; i < 20'000; ++i) {
    plane.tell(std::string(200, 'y'));
    if (i % 1000 == 0) settle();
  }
  EXPECT_THAT(call("StatusService/Get", "{}"), StartsWith("HTTP/1.1 200 "))
      << "others are served meanwhile";
  std::string all;
  for (std::string some = client.receive(); !some.empty(); some = client.receive()) {
    all += some;
    settle();
  }
  const Received got(all);
  EXPECT_GT(got.lost, 0u);
  std::size_t told = 0;
  for (const std::string& sentence : got.sentences)
    told += sentence.starts_with("x") || sentence.starts_with("y");
  EXPECT_EQ(told + got.lost, 40'000u);
  plane.tell("again");
  settle();
  EXPECT_EQ(Received(all + client.receive()).sentences.back(), "again");
}

TEST_F(EventStreams, a_client_that_reads_nothing_for_long_is_left) {
  Client client = watch();
  for (int i = 0; i < 3000; ++i) {
    plane.tell(std::string(1000, 'x'));
    if (i % 100 == 0) settle();
  }
  settle();
  advance(11min);
  EXPECT_EQ(server.watchers(), 0u);
  EXPECT_EQ(plane.listening(), 0u);
}

TEST_F(EventStreams, a_client_that_leaves_is_noticed_though_nothing_happens) {
  Client client = watch();
  EXPECT_EQ(server.watchers(), 1u);
  client.close();
  advance(2s);
  EXPECT_EQ(server.watchers(), 0u);
  EXPECT_EQ(plane.listening(), 0u);
}

TEST_F(EventStreams, a_client_that_ended_only_its_side_still_gets_events) {
  Client client = watch();
  std::string all = client.receive();
  client.end_our_side();
  advance(5s);
  plane.tell("one");
  settle();
  all += client.receive();
  EXPECT_THAT(Received(all).sentences, ElementsAre("one"));
}

TEST_F(EventStreams, more_watchers_than_the_limit_are_refused_until_one_leaves) {
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kMostWatchers; ++i) clients.push_back(watch());
  EXPECT_EQ(server.watchers(), kMostWatchers);
  EXPECT_THAT(watch().receive(),
              AllOf(StartsWith("HTTP/1.1 429 "), HasSubstr("resource_exhausted")));
  clients.pop_back();
  advance(2s);
  EXPECT_THAT(watch().receive(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EventStreams, I10_one_whose_role_is_taken_away_ends) {
  policy(Role::reader);
  Client client = watch();
  std::string all = client.receive();
  policy(Role::none);
  plane.tell("secret");
  advance(2s);
  all += client.receive();
  const Received got(all);
  EXPECT_THAT(got.sentences, IsEmpty());
  EXPECT_THAT(got.last, HasSubstr("permission_denied"));
  EXPECT_EQ(api::read_end_of_stream(got.last)->kind, ErrorKind::not_permitted);
}

TEST_F(EventStreams, stopping_ends_them_in_order) {
  Client client = watch();
  begin_stop(30s);
  const Received got(client.receive());
  EXPECT_TRUE(got.complete);
  EXPECT_EQ(got.last, "{}");
  client.close();
  settle();
  EXPECT_TRUE(stopped());
}

TEST_F(EventStreams, what_led_to_the_end_is_told_before_it) {
  Client client = watch();
  plane.tell("the program before accepts nothing more");
  begin_stop(30s);
  const Received got(client.receive());
  EXPECT_THAT(got.sentences, ElementsAre("the program before accepts nothing more"));
  EXPECT_TRUE(got.complete);
}

TEST_F(EventStreams, stopping_does_not_wait_for_a_client_that_never_reads) {
  Client client = watch();
  for (int i = 0; i < 2000; ++i) {
    plane.tell(std::string(1000, 'x'));
    if (i % 100 == 0) settle();
  }
  settle();
  begin_stop(30s);
  EXPECT_TRUE(stopped());
}

}  // namespace
}  // namespace gatehouse::admin
