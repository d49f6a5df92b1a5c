#include "io/dns_channel.h"

#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/fake_dns_server.h"
#include "io/socket.h"

namespace gatehouse::io {
namespace {

using namespace std::chrono_literals;
using namespace testing_dns;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// c-ares measures its timeouts by the system's clock, so these are real ones, as short as can be.
class DnsChannels : public testing::Test {
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

TEST_F(DnsChannels, say_that_no_server_answered) {
  server.script = [](const Query&) { return std::nullopt; };
  const Answer answer = ask(settings({server.address()}));
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what, HasSubstr("no DNS server answered for app.internal within"));
  EXPECT_TRUE(answer->error().retry);
  EXPECT_EQ(server.queries("app.internal", kA), 2u) << "as many tries as are set";
}

TEST_F(DnsChannels, try_again_after_a_lost_packet) {
  std::size_t lost = 0;
  server.script = [&](const Query& query) -> std::optional<Reply> {
    if (lost++ < 2) return std::nullopt;
    return both_families(query);
  };
  EXPECT_THAT(texts(ask(settings({server.address()}))),
              UnorderedElementsAre("127.0.0.7:80", "[::1]:80"));
}

TEST_F(DnsChannels, ask_the_next_server_when_the_first_is_silent_or_gone) {
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

TEST_F(DnsChannels, say_that_no_server_is_there) {
  const SocketAddress gone = SocketAddress::local_of(bound(SOCK_DGRAM, 0).get());
  const Answer answer = ask(settings({gone}));
  ASSERT_FALSE(*answer);
  EXPECT_THAT(answer->error().what, HasSubstr("no DNS server"));
  EXPECT_TRUE(answer->error().retry);
}

// Answers over TCP in pieces of this size. One byte at a time there are more edges than c-ares has
// use for, all in one piece there are fewer than it reads in pieces.
struct TcpServer {
  FakeServer::Script script;
  std::size_t piece;
};

Task<void> answer_over_tcp(Reactor& reactor, Fd connection, TcpServer server) {
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
      const std::string packet = encode(query, *server.script(query));
      const std::string framed = u16(static_cast<int>(packet.size())) + packet;
      for (std::size_t at = 0; at < framed.size(); at += server.piece) {
        const std::string piece = framed.substr(at, server.piece);
        if (!co_await write_all(stream, piece, Flush::now, 10s)) co_return;
        co_await reactor.yield();
      }
      seen.erase(0, 2 + size);
    }
  }
}

Task<void> accept_one(Reactor& reactor, Fd listener, TcpServer server) {
  Socket listening(reactor, std::move(listener));
  if (co_await listening.readable(reactor.in(10s)) != Wake::ready) co_return;
  Fd connection(::accept4(listening.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  co_await answer_over_tcp(reactor, std::move(connection), std::move(server));
}

// Has a server on one port of both protocols whose answers do not fit into UDP.
class DnsChannelsOverTcp : public DnsChannels {
 protected:
  Answer ask_over_tcp(TcpServer server) {
    // The kernel chooses a port for UDP: until TCP has the same one free.
    std::vector<std::unique_ptr<FakeServer>> servers;
    Fd listener;
    while (!listener) {
      servers.push_back(std::make_unique<FakeServer>(reactor));
      listener = bound(SOCK_STREAM, servers.back()->address().port());
    }
    EXPECT_EQ(::listen(listener.get(), 4), 0);
    servers.back()->script = [](const Query&) { return Reply{.truncated = true}; };
    scope.spawn(accept_one(reactor, std::move(listener), std::move(server)));
    DnsSettings patient = settings({servers.back()->address()});
    patient.try_timeout = 20s;
    return ask(patient);
  }
};

TEST_F(DnsChannelsOverTcp, read_an_answer_that_is_too_long_for_udp) {
  for (const std::size_t piece : {1u, 2u, 1000u}) {
    EXPECT_THAT(texts(ask_over_tcp({both_families, piece})),
                UnorderedElementsAre("127.0.0.7:80", "[::1]:80"))
        << piece;
  }
}

TEST_F(DnsChannelsOverTcp, take_no_more_addresses_than_the_limit) {
  const Answer answer =
      ask_over_tcp({[](const Query& query) -> std::optional<Reply> {
                      Reply reply;
                      for (int i = 0; query.type == kA && i < 100; ++i) {
                        reply.records.push_back(a(query.name, 60, {127, 0, 1, i}));
                      }
                      return reply;
                    },
                    700});
  ASSERT_TRUE(*answer) << answer->error().what;
  EXPECT_EQ((*answer)->size(), DnsChannel::kMostAddresses);
}

}  // namespace
}  // namespace gatehouse::io
