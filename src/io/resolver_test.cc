#include "io/resolver.h"

#include <algorithm>
#include <array>
#include <functional>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/socket.h"

namespace gatehouse::io {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr int kA = 1;
constexpr int kCname = 5;
constexpr int kAaaa = 28;

// One question as it came: the header's id, the name in labels, the type.
struct Query {
  std::string wire{};
  std::string name{};
  int type = 0;
};

std::string u16(int value) {
  return {static_cast<char>((value >> 8) & 0xff), static_cast<char>(value & 0xff)};
}

std::string labels(std::string_view name) {
  std::string wire;
  while (!name.empty()) {
    const auto label = name.substr(0, name.find('.'));
    wire += static_cast<char>(label.size());
    wire += label;
    name.remove_prefix(std::min(label.size() + 1, name.size()));
  }
  return wire + '\0';
}

Query parse_query(std::string_view packet) {
  Query query{.wire = std::string(packet)};
  std::size_t at = 12;
  while (at < packet.size() && packet[at] != 0) {
    const auto size = static_cast<std::size_t>(packet[at]);
    if (!query.name.empty()) query.name += '.';
    query.name += packet.substr(at + 1, size);
    at += 1 + size;
  }
  query.type = static_cast<unsigned char>(packet[at + 2]);
  return query;
}

// A resource record (RFC 1035 section 3.2.1).
std::string record(std::string_view owner, int type, int ttl, std::string_view data) {
  return labels(owner) + u16(type) + u16(1) + u16(0) + u16(ttl) +
         u16(static_cast<int>(data.size())) + std::string(data);
}
std::string a(std::string_view owner, int ttl, std::initializer_list<int> bytes) {
  return record(owner, kA, ttl, std::string(bytes.begin(), bytes.end()));
}
std::string aaaa_loopback(std::string_view owner, int ttl) {
  return record(owner, kAaaa, ttl, std::string(15, '\0') + '\1');
}

struct Reply {
  std::vector<std::string> records{};
  int code = 0;  // NOERROR; 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
  bool truncated = false;
};

std::string encode(const Query& query, const Reply& reply) {
  const int flags = 0x8180 | (reply.truncated ? 0x0200 : 0) | reply.code;
  std::string packet = query.wire.substr(0, 2) + u16(flags) + u16(1) +
                       u16(static_cast<int>(reply.records.size())) + u16(0) + u16(0) +
                       labels(query.name) + u16(query.type) + u16(1);
  for (const std::string& each : reply.records) packet += each;
  return packet;
}

Fd bound(int type, std::uint16_t port) {
  Fd fd(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const SocketAddress address = *SocketAddress::ip("127.0.0.1", port);
  if (::bind(fd.get(), address.data(), address.size()) != 0) return {};
  return fd;
}

// A DNS server on the loopback of the same reactor.
class FakeServer final : public EventTarget {
 public:
  // nullopt: silence, until release().
  using Script = std::function<std::optional<Reply>(const Query&)>;

  explicit FakeServer(Reactor& reactor) : reactor_(reactor), fd_(bound(SOCK_DGRAM, 0)) {
    reactor_.watch(fd_.get(), *this);
  }
  ~FakeServer() { reactor_.forget(*this); }

  SocketAddress address() const { return SocketAddress::local_of(fd_.get()); }
  std::size_t queries(std::string_view name, int type) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        seen_, [&](const Query& query) { return query.name == name && query.type == type; }));
  }
  std::size_t queries() const { return seen_.size(); }
  void release(const Script& by) {
    for (const Held& held : std::exchange(held_, {})) answer(held, by);
  }
  // Answers what is held with ids that nobody has asked with, and holds it still.
  void forge(const Script& by) {
    for (Held held : held_) {
      held.query.wire[0] = static_cast<char>(held.query.wire[0] ^ 0x55);
      answer(held, by);
    }
  }

  Script script = [](const Query&) { return Reply{}; };

 private:
  struct Held {
    Query query;
    sockaddr_storage peer;
    socklen_t size;
  };

  void on_events(std::uint32_t /*events*/) override {
    std::array<char, 1024> packet{};
    while (true) {
      Held now{.query = {}, .peer = {}, .size = sizeof now.peer};
      auto* peer = reinterpret_cast<sockaddr*>(&now.peer);
      const ssize_t got = ::recvfrom(fd_.get(), packet.data(), packet.size(), 0, peer, &now.size);
      if (got < 0) return;
      now.query = parse_query({packet.data(), static_cast<std::size_t>(got)});
      seen_.push_back(now.query);
      answer(now, script);
    }
  }

  void answer(const Held& to, const Script& by) {
    const auto reply = by(to.query);
    if (!reply) return held_.push_back(to);
    const std::string packet = encode(to.query, *reply);
    (void)::sendto(fd_.get(), packet.data(), packet.size(), 0,
                   reinterpret_cast<const sockaddr*>(&to.peer), to.size);
  }

  Reactor& reactor_;
  Fd fd_;
  std::vector<Query> seen_;
  std::vector<Held> held_;
};

using Answer = std::optional<Result<std::vector<SocketAddress>>>;

Task<void> look_up(Resolver& resolver, std::string name, std::uint16_t port, Deadline deadline,
                   Answer& into) {
  into = co_await resolver.resolve(*ServerName::parse(name), port, deadline);
}

std::vector<std::string> texts(const Answer& answer) {
  std::vector<std::string> result;
  if (!answer || !*answer) return {answer ? (*answer).error().what : "no answer yet"};
  for (const SocketAddress& address : **answer) result.push_back(address.text());
  return result;
}

class Resolving : public testing::Test {
 protected:
  void settle() {
    while (reactor.run_once(0ms)) {
    }
  }
  void advance(std::chrono::nanoseconds by) {
    clock.advance(by);
    reactor.run_once(0ms);
    settle();
  }
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

  FakeClock clock;
  Reactor reactor{clock};
  FakeServer server{reactor};
  Scope scope{reactor};
  std::unique_ptr<Resolver> resolver = make();
};

std::optional<Reply> both_families(const Query& query) {
  if (query.type == kA) return Reply{.records = {a(query.name, 60, {127, 0, 0, 7})}};
  return Reply{.records = {aaaa_loopback(query.name, 60)}};
}

std::optional<Reply> ipv4_for_a_minute(const Query& query) {
  if (query.type != kA) return Reply{};
  return Reply{.records = {a(query.name, 60, {127, 0, 0, 7})}};
}

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
              HasSubstr("no DNS server answered for app.internal within 5.0"));
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
  std::vector<Answer> answers(200);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    start("n" + std::to_string(i) + ".internal", answers[i]);
  }
  until([&] { return scope.running() == 0; });
  for (const Answer& answer : answers) {
    EXPECT_THAT(texts(answer), UnorderedElementsAre("127.0.0.7:80"));
  }
}

// c-ares measures its timeouts by the system's clock, so these are real ones, as short as can be.
class ResolvingInRealTime : public testing::Test {
 protected:
  Answer ask(const DnsSettings& settings) {
    auto resolver = std::move(*Resolver::make(reactor, {.dns = settings}));
    Answer answer;
    scope.spawn(look_up(*resolver, "app.internal", 80, reactor.in(1min), answer));
    while (scope.running() != 0) reactor.run_once(1s);
    return answer;
  }
  DnsSettings settings(std::vector<SocketAddress> servers) {
    return {.servers = std::move(servers),
            .try_timeout = 20ms,
            .tries = 2,
            .use_hosts_file = false,
            .use_search_domains = false};
  }

  SystemClock clock;
  Reactor reactor{clock};
  FakeServer server{reactor};
  Scope scope{reactor};
};

TEST_F(ResolvingInRealTime, says_that_no_server_answered) {
  server.script = [](const Query&) { return std::nullopt; };
  const Answer answer = ask(settings({server.address()}));
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what, HasSubstr("no DNS server answered for app.internal within"));
  EXPECT_TRUE(answer->error().retry);
  EXPECT_EQ(server.queries("app.internal", kA), 2u) << "as many tries as are set";
}

TEST_F(ResolvingInRealTime, tries_again_after_a_lost_packet) {
  std::size_t lost = 0;
  server.script = [&](const Query& query) -> std::optional<Reply> {
    if (lost++ < 2) return std::nullopt;
    return both_families(query);
  };
  EXPECT_THAT(texts(ask(settings({server.address()}))),
              UnorderedElementsAre("127.0.0.7:80", "[::1]:80"));
}

TEST_F(ResolvingInRealTime, asks_the_next_server_when_the_first_is_silent_or_gone) {
  FakeServer silent(reactor);
  silent.script = [](const Query&) { return std::nullopt; };
  server.script = both_families;
  const std::vector<std::string> expected{"127.0.0.7:80", "[::1]:80"};
  EXPECT_THAT(texts(ask(settings({silent.address(), server.address()}))),
              testing::UnorderedElementsAreArray(expected));
  const SocketAddress gone = SocketAddress::local_of(bound(SOCK_DGRAM, 0).get());
  EXPECT_THAT(texts(ask(settings({gone, server.address()}))),
              testing::UnorderedElementsAreArray(expected));
}

TEST_F(ResolvingInRealTime, says_that_no_server_is_there) {
  const SocketAddress gone = SocketAddress::local_of(bound(SOCK_DGRAM, 0).get());
  const Answer answer = ask(settings({gone}));
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what, HasSubstr("no DNS server"));
  EXPECT_TRUE(answer->error().retry);
}

// Answers over TCP, one byte at a time, so that the reactor's edges and the pieces that c-ares
// reads do not fall together.
Task<void> answer_over_tcp(Reactor& reactor, Fd connection, FakeServer::Script script) {
  PlainStream stream(reactor, std::move(connection));
  std::string seen;
  while (true) {
    char buffer[512];
    const auto got = co_await read_some(stream, buffer, reactor.in(10s));
    if (!got || *got == 0) co_return;
    seen.append(buffer, *got);
    while (seen.size() > 2 && seen.size() >= 2u + static_cast<unsigned char>(seen[1])) {
      const std::size_t size = static_cast<unsigned char>(seen[1]);
      const Query query = parse_query(std::string_view(seen).substr(2, size));
      const std::string packet = encode(query, *script(query));
      const std::string framed = u16(static_cast<int>(packet.size())) + packet;
      for (const char& byte : framed) {
        if (!co_await write_all(stream, {&byte, 1}, Flush::now, 10s)) co_return;
        co_await reactor.yield();
      }
      seen.erase(0, 2 + size);
    }
  }
}

Task<void> accept_one(Reactor& reactor, Fd listener, FakeServer::Script script) {
  Socket listening(reactor, std::move(listener));
  if (co_await listening.readable(reactor.in(10s)) != Wake::ready) co_return;
  Fd connection(::accept4(listening.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  co_await answer_over_tcp(reactor, std::move(connection), std::move(script));
}

// Has a server on one port of both protocols whose answers do not fit into UDP.
class ResolvingOverTcp : public ResolvingInRealTime {
 protected:
  Answer ask_over_tcp(FakeServer::Script script) {
    // The kernel chooses a port for UDP: until TCP has the same one free.
    std::vector<std::unique_ptr<FakeServer>> servers;
    Fd listener;
    while (!listener) {
      servers.push_back(std::make_unique<FakeServer>(reactor));
      listener = bound(SOCK_STREAM, servers.back()->address().port());
    }
    EXPECT_EQ(::listen(listener.get(), 4), 0);
    servers.back()->script = [](const Query&) { return Reply{.truncated = true}; };
    scope.spawn(accept_one(reactor, std::move(listener), std::move(script)));
    DnsSettings patient = settings({servers.back()->address()});
    patient.try_timeout = 20s;
    return ask(patient);
  }
};

TEST_F(ResolvingOverTcp, reads_an_answer_that_is_too_long_for_udp) {
  EXPECT_THAT(texts(ask_over_tcp(both_families)), UnorderedElementsAre("127.0.0.7:80", "[::1]:80"));
}

TEST_F(ResolvingOverTcp, takes_no_more_addresses_than_the_limit) {
  const Answer answer = ask_over_tcp([](const Query& query) -> std::optional<Reply> {
    Reply reply;
    for (int i = 0; query.type == kA && i < 100; ++i) {
      reply.records.push_back(a(query.name, 60, {127, 0, 1, i}));
    }
    return reply;
  });
  ASSERT_TRUE(*answer) << answer->error().what;
  EXPECT_EQ((*answer)->size(), DnsChannel::kMostAddresses);
}

}  // namespace
}  // namespace gatehouse::io
