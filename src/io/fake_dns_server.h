#pragma once

// For tests: a DNS server on the loopback of the reactor under test, and who asks a resolver.

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

#include "io/fd.h"
#include "io/reactor.h"
#include "io/resolver.h"

namespace gatehouse::io::testing_dns {

inline constexpr int kA = 1;
inline constexpr int kCname = 5;
inline constexpr int kAaaa = 28;

// One question as it came: the header's id, the name in labels, the type.
struct Query {
  std::string wire{};
  std::string name{};
  int type = 0;
};

inline std::string u16(int value) {
  return {static_cast<char>((value >> 8) & 0xff), static_cast<char>(value & 0xff)};
}

inline std::string labels(std::string_view name) {
  std::string wire;
  while (!name.empty()) {
    const auto label = name.substr(0, name.find('.'));
    wire += static_cast<char>(label.size());
    wire += label;
    name.remove_prefix(std::min(label.size() + 1, name.size()));
  }
  return wire + '\0';
}

inline Query parse_query(std::string_view packet) {
  Query query{.wire = std::string(packet)};
  std::size_t at = 12;
  while (at < packet.size() && packet[at] != 0) {
    const auto size = std::size_t{static_cast<unsigned char>(packet[at])};
    if (!query.name.empty()) query.name += '.';
    query.name += packet.substr(at + 1, size);
    at += 1 + size;
  }
  query.type = static_cast<unsigned char>(packet[at + 2]);
  return query;
}

// A resource record (RFC 1035 section 3.2.1).
inline std::string record(std::string_view owner, int type, int ttl, std::string_view data) {
  return labels(owner) + u16(type) + u16(1) + u16(0) + u16(ttl) +
         u16(static_cast<int>(data.size())) + std::string(data);
}
inline std::string a(std::string_view owner, int ttl, std::initializer_list<int> bytes) {
  return record(owner, kA, ttl, std::string(bytes.begin(), bytes.end()));
}
inline std::string aaaa_loopback(std::string_view owner, int ttl) {
  return record(owner, kAaaa, ttl, std::string(15, '\0') + '\1');
}

struct Reply {
  std::vector<std::string> records{};
  int code = 0;  // NOERROR; 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
  bool truncated = false;
};

inline std::string encode(const Query& query, const Reply& reply) {
  const int flags = 0x8180 | (reply.truncated ? 0x0200 : 0) | reply.code;
  std::string packet = query.wire.substr(0, 2) + u16(flags) + u16(1) +
                       u16(static_cast<int>(reply.records.size())) + u16(0) + u16(0) +
                       labels(query.name) + u16(query.type) + u16(1);
  for (const std::string& each : reply.records) packet += each;
  return packet;
}

inline Fd bound(int type, std::uint16_t port) {
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
    reactor_.watch(fd_.get(), *this, Reactor::Interest::input);
  }
  ~FakeServer() { reactor_.unwatch(fd_.get(), *this); }

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

inline std::optional<Reply> both_families(const Query& query) {
  if (query.type == kA) return Reply{.records = {a(query.name, 60, {127, 0, 0, 7})}};
  return Reply{.records = {aaaa_loopback(query.name, 60)}};
}

inline std::optional<Reply> ipv4_for_a_minute(const Query& query) {
  if (query.type != kA) return Reply{};
  return Reply{.records = {a(query.name, 60, {127, 0, 0, 7})}};
}

using Answer = std::optional<Result<std::vector<SocketAddress>>>;

inline Task<void> look_up(Resolver& resolver, std::string name, std::uint16_t port,
                          Deadline deadline, Answer& into) {
  into = co_await resolver.resolve(*ServerName::parse(name), port, deadline);
}

inline std::vector<std::string> texts(const Answer& answer) {
  std::vector<std::string> result;
  if (!answer || !*answer) return {answer ? (*answer).error().what : "no answer yet"};
  for (const SocketAddress& address : **answer) result.push_back(address.text());
  return result;
}

}  // namespace gatehouse::io::testing_dns
