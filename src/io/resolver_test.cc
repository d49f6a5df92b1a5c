#include "io/resolver.h"

#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/fake_dns_server.h"
#include "io/testing.h"

namespace gatehouse::io {
namespace {

using namespace std::chrono_literals;
using namespace testing_dns;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Resolving : public io::testing::ReactorTest {
 protected:
  // Passes of the loop until the network has done its part.
  void until(const std::function<bool()>& done) {
    for (int i = 0; i < 2000 && !done(); ++i) reactor.run_once(10ms);
    ASSERT_TRUE(done());
  }
  std::unique_ptr<Resolver> make(ResolverOptions options = {}) {
    options.dns.servers = {server.address()};
    options.dns.try_timeout = 20s;
    options.dns.use_hosts_file = false;
    options.dns.use_search_domains = false;
    return std::move(*Resolver::make(reactor, std::move(options)));
  }
  void start(std::string name, Answer& into, std::chrono::nanoseconds patience = 10s) {
    scope.spawn(look_up(*resolver, std::move(name), 80, reactor.in(patience), into));
  }
  Answer ask(std::string name) {
    Answer answer;
    start(std::move(name), answer);
    until([&] { return answer.has_value(); });
    return answer;
  }

  FakeServer server{reactor};
  Scope scope{reactor};
  std::unique_ptr<Resolver> resolver = make();
};

TEST_F(Resolving, finds_ipv4_and_ipv6_addresses) {
  server.script = both_families;
  EXPECT_THAT(texts(ask("app.internal")), UnorderedElementsAre("127.0.0.7:80", "[::1]:80"));
}

TEST_F(Resolving, finds_what_has_one_family_only) {
  server.script = ipv4_for_a_minute;
  EXPECT_THAT(texts(ask("app.internal")), UnorderedElementsAre("127.0.0.7:80"));
}

TEST_F(Resolving, follows_an_alias_and_keeps_the_answer_for_the_shorter_life) {
  server.script = [](const Query& query) -> std::optional<Reply> {
    const auto alias = record(query.name, kCname, 5, labels("real.internal"));
    if (query.type != kA) return Reply{.records = {alias}};
    return Reply{.records = {alias, a("real.internal", 250, {127, 0, 0, 9})}};
  };
  EXPECT_THAT(texts(ask("alias.internal")), UnorderedElementsAre("127.0.0.9:80"));
  advance(4s);
  EXPECT_TRUE(resolver->cached(*ServerName::parse("alias.internal"), 80));
  advance(2s);
  EXPECT_FALSE(resolver->cached(*ServerName::parse("alias.internal"), 80));
}

TEST_F(Resolving, says_that_a_name_does_not_exist_and_who_was_asked) {
  server.script = [](const Query&) { return Reply{.code = 3}; };
  const Answer answer = ask("nowhere.internal");
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what, HasSubstr("the name nowhere.internal does not exist (asked " +
                                              server.address().text() + ")"));
  EXPECT_EQ(answer->error().fault, Fault::operator_input);
  EXPECT_EQ(answer->error().kind, ErrorKind::unreachable);
  EXPECT_FALSE(answer->error().retry);
}

TEST_F(Resolving, says_that_a_name_has_no_address) {
  const Answer answer = ask("mail-only.internal");
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what, HasSubstr("mail-only.internal has no address"));
}

TEST_F(Resolving, says_that_servers_fail_and_may_be_asked_again) {
  for (const int code : {2, 5}) {
    server.script = [code](const Query&) { return Reply{.code = code}; };
    const Answer answer = ask("code" + std::to_string(code) + ".internal");
    ASSERT_FALSE(*answer);
    EXPECT_THAT(answer->error().what, HasSubstr("no DNS server could answer"));
    EXPECT_TRUE(answer->error().retry);
  }
}

TEST_F(Resolving, survives_an_answer_that_is_no_dns) {
  server.script = [](const Query& query) -> std::optional<Reply> {
    return Reply{.records = {labels(query.name) + u16(query.type) + "cut"}};
  };
  const Answer answer = ask("broken.internal");
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what, HasSubstr("broken.internal"));
  EXPECT_TRUE(answer->error().retry);
}

TEST_F(Resolving, needs_no_question_for_addresses_in_text) {
  Answer four;
  Answer six;
  start("192.0.2.7", four);
  start("[2001:DB8::7]", six);
  EXPECT_THAT(texts(four), UnorderedElementsAre("192.0.2.7:80"));
  EXPECT_THAT(texts(six), UnorderedElementsAre("[2001:db8::7]:80"));
  settle();
  EXPECT_EQ(server.queries(), 0u);
}

TEST_F(Resolving, needs_no_question_for_localhost) {
  Answer plain;
  Answer below;
  start("localhost", plain);
  start("app.localhost", below);
  EXPECT_EQ(texts(plain), (std::vector<std::string>{"127.0.0.1:80", "[::1]:80"}));
  EXPECT_EQ(texts(below), texts(plain));
  EXPECT_TRUE(resolver->cached(*ServerName::parse("localhost"), 80));
  settle();
  EXPECT_EQ(server.queries(), 0u);
}

TEST_F(Resolving, shares_one_query_among_all_who_ask_at_the_same_time) {
  server.script = ipv4_for_a_minute;
  std::array<Answer, 5> answers;
  for (Answer& answer : answers) start("app.internal", answer);
  until([&] { return scope.running() == 0; });
  for (const Answer& answer : answers)
    EXPECT_THAT(texts(answer), UnorderedElementsAre("127.0.0.7:80"));
  EXPECT_EQ(server.queries("app.internal", kA), 1u);
  EXPECT_EQ(server.queries("app.internal", kAaaa), 1u);
}

TEST_F(Resolving, answers_from_memory_without_suspending_whatever_the_port) {
  server.script = ipv4_for_a_minute;
  ask("app.internal");
  Answer again;
  scope.spawn(look_up(*resolver, "app.internal", 8080, reactor.in(1s), again));
  EXPECT_THAT(texts(again), UnorderedElementsAre("127.0.0.7:8080"));
  const auto known = resolver->cached(*ServerName::parse("app.internal"), 9);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->front().text(), "127.0.0.7:9");
  EXPECT_FALSE(resolver->cached(*ServerName::parse("other.internal"), 9));
  EXPECT_EQ(server.queries("app.internal", kA), 1u);
}

TEST_F(Resolving, asks_again_when_the_ttl_is_over) {
  server.script = ipv4_for_a_minute;
  ask("app.internal");
  advance(59s);
  ask("app.internal");
  EXPECT_EQ(server.queries("app.internal", kA), 1u);
  advance(2s);
  server.script = [](const Query& query) -> std::optional<Reply> {
    if (query.type != kA) return Reply{};
    return Reply{.records = {a(query.name, 60, {127, 0, 0, 8})}};
  };
  EXPECT_THAT(texts(ask("app.internal")), UnorderedElementsAre("127.0.0.8:80"));
  EXPECT_EQ(server.queries("app.internal", kA), 2u);
}

TEST_F(Resolving, keeps_an_answer_at_least_a_second_and_at_most_five_minutes) {
  server.script = [](const Query& query) -> std::optional<Reply> {
    if (query.type != kA) return Reply{};
    const int ttl = query.name.starts_with("short") ? 0 : 30000;
    return Reply{.records = {a(query.name, ttl, {127, 0, 0, 7})}};
  };
  const ServerName brief = *ServerName::parse("short.internal");
  const ServerName lasting = *ServerName::parse("long.internal");
  ask(brief.text());
  ask(lasting.text());
  EXPECT_TRUE(resolver->cached(brief, 80));
  advance(1s);
  EXPECT_FALSE(resolver->cached(brief, 80));
  advance(298s);
  EXPECT_TRUE(resolver->cached(lasting, 80));
  advance(2s);
  EXPECT_FALSE(resolver->cached(lasting, 80));
}

TEST_F(Resolving, keeps_a_failure_for_a_second) {
  server.script = [](const Query&) { return Reply{.code = 3}; };
  ask("late.internal");
  server.script = ipv4_for_a_minute;
  Answer at_once;
  start("late.internal", at_once);
  ASSERT_TRUE(at_once);
  EXPECT_FALSE(*at_once);
  EXPECT_FALSE(resolver->cached(*ServerName::parse("late.internal"), 80));
  advance(1s);
  EXPECT_THAT(texts(ask("late.internal")), UnorderedElementsAre("127.0.0.7:80"));
}

TEST_F(Resolving, forgets_the_answer_that_is_over_next_when_it_is_full) {
  server.script = [](const Query& query) -> std::optional<Reply> {
    if (query.type != kA) return Reply{};
    return Reply{.records = {a(query.name, query.name == "b.internal" ? 20 : 90, {127, 0, 0, 7})}};
  };
  resolver = make({.most_names = 2});
  ask("a.internal");
  ask("b.internal");
  ask("c.internal");
  EXPECT_TRUE(resolver->cached(*ServerName::parse("a.internal"), 80));
  EXPECT_FALSE(resolver->cached(*ServerName::parse("b.internal"), 80));
  EXPECT_TRUE(resolver->cached(*ServerName::parse("c.internal"), 80));
}

TEST_F(Resolving, refuses_more_questions_at_a_time_than_it_may_keep) {
  server.script = [](const Query&) { return std::nullopt; };
  resolver = make({.most_names = 1});
  Answer first;
  Answer second;
  start("a.internal", first);
  start("b.internal", second);
  ASSERT_TRUE(second);
  ASSERT_FALSE(*second);
  EXPECT_THAT(second->error().what, HasSubstr("too many names"));
  EXPECT_FALSE(first);
  scope.cancel();
  settle();
}

TEST_F(Resolving, gives_up_at_the_deadline_of_who_asks) {
  server.script = [](const Query&) { return std::nullopt; };
  Answer answer;
  start("app.internal", answer, 5s);
  advance(4s);
  EXPECT_FALSE(answer);
  advance(1s + TimerWheel::kTick);
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what,
              HasSubstr("no DNS server answered for app.internal within 5 s (asked "));
  EXPECT_EQ(answer->error().fault, Fault::upstream);
  EXPECT_EQ(answer->error().kind, ErrorKind::unreachable);
  EXPECT_TRUE(answer->error().retry);
}

TEST_F(Resolving, keeps_an_answer_that_came_after_the_deadline_of_who_asked) {
  server.script = [](const Query&) { return std::nullopt; };
  Answer answer;
  start("app.internal", answer, 1s);
  until([&] { return server.queries() == 2; });
  advance(2s);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
  server.release(ipv4_for_a_minute);
  until([&] { return resolver->cached(*ServerName::parse("app.internal"), 80).has_value(); });
  EXPECT_EQ(server.queries(), 2u);
}

TEST_F(Resolving, ignores_an_answer_with_another_id) {
  server.script = [](const Query&) { return std::nullopt; };
  Answer answer;
  start("app.internal", answer);
  until([&] { return server.queries() == 2; });
  server.forge(ipv4_for_a_minute);
  settle();
  EXPECT_FALSE(answer);
  server.release(both_families);
  until([&] { return answer.has_value(); });
  EXPECT_THAT(texts(answer), UnorderedElementsAre("127.0.0.7:80", "[::1]:80"));
}

TEST_F(Resolving, a_cancelled_task_ends_and_leaves_the_question_to_others) {
  server.script = ipv4_for_a_minute;
  Scope hasty(reactor);
  Answer dropped;
  Answer patient;
  hasty.spawn(look_up(*resolver, "app.internal", 80, reactor.in(10s), dropped));
  start("app.internal", patient);
  hasty.cancel();
  until([&] { return patient.has_value(); });
  EXPECT_THAT(texts(patient), UnorderedElementsAre("127.0.0.7:80"));
  ASSERT_TRUE(dropped);
  EXPECT_FALSE(*dropped);
  EXPECT_EQ(server.queries("app.internal", kA), 1u);
}

TEST_F(Resolving, ends_while_tasks_wait_and_they_hear_of_it) {
  server.script = [](const Query&) { return std::nullopt; };
  std::array<Answer, 3> answers;
  start("a.internal", answers[0]);
  start("a.internal", answers[1]);
  start("b.internal", answers[2]);
  settle();
  resolver.reset();
  settle();
  for (const Answer& answer : answers) {
    ASSERT_TRUE(answer);
    ASSERT_FALSE(*answer);
    EXPECT_THAT(answer->error().what, HasSubstr("the resolver has ended"));
  }
}

TEST_F(Resolving, may_end_while_an_answer_has_been_fetched_and_not_read) {
  struct Killer final : EventTarget {
    std::unique_ptr<Resolver>* victim = nullptr;
    void on_events(std::uint32_t events) override {
      if ((events & EPOLLIN) != 0) victim->reset();
    }
  };
  server.script = [](const Query&) { return std::nullopt; };
  Answer answer;
  start("app.internal", answer);
  until([&] { return server.queries() == 2; });
  Killer killer;
  killer.victim = &resolver;
  const Fd bell(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  reactor.watch(bell.get(), killer, Reactor::Interest::input);
  settle();
  // Both become ready before the next pass, the bell first.
  ASSERT_EQ(eventfd_write(bell.get(), 1), 0);
  server.release(both_families);
  settle();
  EXPECT_EQ(resolver, nullptr);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
}

TEST_F(Resolving, works_again_after_another_resolver_left_its_descriptors) {
  server.script = [](const Query&) { return std::nullopt; };
  Answer lost;
  start("a.internal", lost);
  until([&] { return server.queries() == 2; });
  resolver.reset();
  resolver = make();
  server.script = both_families;
  EXPECT_THAT(texts(ask("a.internal")), UnorderedElementsAre("127.0.0.7:80", "[::1]:80"));
  EXPECT_FALSE(*lost);
}

TEST_F(Resolving, asks_many_names_at_once) {
  server.script = ipv4_for_a_minute;
  std::vector<Answer> answers(60);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    start("n" + std::to_string(i) + ".internal", answers[i]);
  }
  until([&] { return scope.running() == 0; });
  for (const Answer& answer : answers) {
    EXPECT_THAT(texts(answer), UnorderedElementsAre("127.0.0.7:80"));
  }
}

TEST_F(Resolving, asks_the_servers_of_today_after_those_of_yesterday_failed) {
  server.script = [](const Query&) { return Reply{.code = 2}; };
  EXPECT_FALSE(*ask("app.internal"));
  server.script = both_families;
  advance(1s);
  EXPECT_THAT(texts(ask("app.internal")), UnorderedElementsAre("127.0.0.7:80", "[::1]:80"));
}

// The first name of this machine's own file that localhost does not answer already.
std::optional<std::string> name_in_hosts_file() {
  std::ifstream file("/etc/hosts");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address;
    std::string name;
    if (!(words >> address >> name) || name.contains("localhost")) continue;
    const auto parsed = ServerName::parse(name);
    if (SocketAddress::ip(address, 0) && parsed && !parsed->is_address()) return name;
  }
  return std::nullopt;
}

TEST_F(Resolving, needs_no_query_for_names_in_the_hosts_file) {
  const auto name = name_in_hosts_file();
  if (!name) GTEST_SKIP() << "/etc/hosts of this machine has no name but localhost";
  resolver = std::move(*Resolver::make(reactor, {.dns = {.servers = {server.address()}}}));
  Answer answer;
  start(*name, answer);
  ASSERT_TRUE(answer) << "it suspended";
  EXPECT_TRUE(*answer) << answer->error().what;
  EXPECT_EQ(server.queries(), 0u);
}

}  // namespace
}  // namespace gatehouse::io
