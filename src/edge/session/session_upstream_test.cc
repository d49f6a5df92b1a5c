#include <sys/resource.h>

#include <gmock/gmock.h>

#include "edge/session/session.h"
#include "edge/session/testing.h"

namespace gatehouse::edge {
namespace {

using testing::Edge;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::kGet;
using testing::kOk;
using testing::Peer;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class SessionUpstream : public Edge {};

// While it lives, the process can open nothing more.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    (void)getrlimit(RLIMIT_NOFILE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    (void)setrlimit(RLIMIT_NOFILE, &none);
  }
  NoMoreDescriptors(const NoMoreDescriptors&) = delete;
  NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;
  ~NoMoreDescriptors() { (void)setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(SessionUpstream, bytes_that_nobody_asked_for_never_become_an_answer) {
  Peer client = connect();
  auto first = kept_by_app(client);
  first->say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
  client.say(kGet);
  auto second = taken_by_app();
  ASSERT_TRUE(second) << "the poisoned connection was used again";
  second->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), EndsWith("ok"));
}

TEST_F(SessionUpstream, an_answer_longer_than_announced_does_not_reach_the_next_request) {
  Peer client = connect();
  client.say(kGet);
  auto first = taken_by_app();
  first->say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\npoison");
  settle();
  EXPECT_THAT(client.heard(), EndsWith("\r\n\r\nok"));
  client.say(kGet);
  auto second = taken_by_app();
  ASSERT_TRUE(second);
  second->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), EndsWith("ok"));
}

TEST_F(SessionUpstream, a_kept_connection_that_the_application_closed_costs_nobody_a_request) {
  Peer client = connect();
  auto first = kept_by_app(client);
  first->leave();
  client.say(kGet);
  auto second = taken_by_app();
  ASSERT_TRUE(second);
  second->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(SessionUpstream, a_request_on_a_reused_connection_is_tried_once_more_if_that_is_harmless) {
  Peer client = connect();
  auto first = kept_by_app(client);
  client.say(kGet);
  settle();
  EXPECT_THAT(first->heard(), StartsWith("GET "));
  first->leave();
  auto second = taken_by_app();
  ASSERT_TRUE(second);
  EXPECT_THAT(second->heard(), StartsWith("GET "));
  second->leave();
  settle();
  EXPECT_FALSE(app->accept()) << "tried a third time";
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(SessionUpstream, a_post_is_never_sent_twice) {
  Peer client = connect();
  auto first = kept_by_app(client);
  client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
  settle();
  EXPECT_THAT(first->heard(), StartsWith("POST "));
  first->leave();
  settle();
  EXPECT_FALSE(app->accept());
  EXPECT_THAT(client.heard(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(SessionUpstream, garbage_is_a_502_that_names_the_application) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  app_side->say("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  settle();
  const std::string answer = client.heard();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 502 "));
  EXPECT_THAT(answer, HasSubstr((folder / "app").string()));
}

TEST_F(SessionUpstream, a_dead_application_among_two_is_not_noticed_by_clients) {
  upstreams = {UpstreamUrl::parse("unix:" + (folder / "nobody").string()).value(), app->url()};
  for (int i = 0; i < 4; ++i) {
    Peer client = connect();
    client.say(kGet);
    auto app_side = taken_by_app();
    ASSERT_TRUE(app_side) << i;
    app_side->say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    settle();
    EXPECT_THAT(client.heard(), EndsWith("ok"));
  }
}

TEST_F(SessionUpstream, applications_that_are_equally_free_take_turns) {
  testing::Application other(folder / "other");
  upstreams = {app->url(), other.url()};
  Peer client = connect();
  std::array<int, 2> asked{};
  std::array<std::unique_ptr<Peer>, 2> kept;
  for (int i = 0; i < 8; ++i) {
    client.say(kGet);
    settle();
    for (std::size_t j = 0; j < 2; ++j) {
      if (auto opened = (j == 0 ? *app : other).accept()) {
        EXPECT_FALSE(kept[j]) << "a second connection to one that had an idle one";
        kept[j] = std::move(opened);
      }
      if (!kept[j] || kept[j]->heard().empty()) continue;
      ++asked[j];
      kept[j]->say(kOk);
    }
    settle();
    EXPECT_THAT(client.heard(), EndsWith("ok"));
  }
  EXPECT_EQ(asked[0], 4);
  EXPECT_EQ(asked[1], 4);
}

TEST_F(SessionUpstream, large_interim_answers_leave_room_for_the_final_one) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  const std::string link = "Link: </" + std::string(9000, 'x') + ">\r\n\r\n";
  app_side->say("HTTP/1.1 103 Early Hints\r\n" + link + "HTTP/1.1 103 Early Hints\r\n" + link +
                "HTTP/1.1 103 Early Hints\r\n" + link + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" +
                link + "ok");
  settle();
  const std::string answers = client.heard();
  EXPECT_NE(answers.find("HTTP/1.1 200 OK"), std::string::npos);
  EXPECT_TRUE(answers.ends_with("\r\n\r\nok"));
}

TEST_F(SessionUpstream, an_answer_that_breaks_off_is_a_failure_of_its_application) {
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  app_side->say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
  settle();
  EXPECT_FALSE(group().at(0).ejected());
  app_side->leave();
  settle();
  EXPECT_TRUE(group().at(0).ejected());
}

TEST_F(SessionUpstream, want_of_descriptors_here_is_not_blamed_on_the_application) {
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "the sanitizer opens descriptors of its own to look at objects";
#endif
  Peer client = connect();
  client.say(kGet);
  {
    const NoMoreDescriptors none;
    settle();
  }
  const std::string answer = client.heard();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_FALSE(group().at(0).ejected());
}

}  // namespace
}  // namespace gatehouse::edge
