#include "check/examine.h"

#include <algorithm>

#include <fmt/format.h>

#include "check/chain_facts.h"
#include "check/clients.h"
#include "check/dial.h"
#include "check/findings.h"
#include "check/plain_answer.h"
#include "check/shown.h"
#include "io/scope.h"

namespace gatehouse::check {
namespace {

using End = tls::Observation::End;

constexpr std::size_t kMostAddresses = 4;
constexpr std::uint16_t kTls10 = 0x0301;
constexpr std::uint16_t kTls11 = 0x0302;
constexpr std::uint16_t kTls12 = 0x0303;
constexpr std::uint16_t kTls13 = 0x0304;
constexpr std::uint16_t kX25519Mlkem768 = 0x11ec;
constexpr std::uint8_t kNoApplicationProtocol = 120;  // RFC 7301 section 3.2

// Everything that one examination hands around; lives in the frame of examine().
struct Examination {
  io::Reactor& reactor;
  const Options& options;
  io::Deadline end;
  Report& report;
  io::SocketAddress address{};

  io::Deadline deadline() const { return reactor.in(options.dial).sooner(end); }
};

struct Dials {
  TlsDial modern;
  TlsDial newest;  // TLS 1.3 only
  TlsDial old;
  TlsDial tls11;
  TlsDial tls10;
  TlsDial without_name;
  PlainDial plain_here;
};

tls::ProbeOptions hello(const Target& target, std::uint16_t oldest, std::uint16_t newest) {
  return {.server_name = target.name, .oldest = oldest, .newest = newest};
}

bool is_tls(const tls::Observation& seen) {
  return seen.end == End::completed || seen.end == End::alerted || seen.end == End::misbehaved;
}

// ------------------------------------------------------------------ HTTP without TLS

io::Task<bool> speaks_tls(Examination& now, io::SocketAddress address) {
  const auto dial = co_await dial_tls(
      now.reactor, address, hello(now.report.target, kTls10, kTls13), std::nullopt, now.deadline());
  co_return dial.unreachable.empty() && is_tls(dial.seen);
}

io::Task<PlainFacts> look_plainly(Examination& now, io::SocketAddress address,
                                  tls::AnonymousRequest request) {
  const auto dial = co_await dial_plain(now.reactor, address, std::move(request), now.deadline());
  PlainFacts facts = plain_facts(address, dial);
  const bool may_be_tls = facts.kind == PlainFacts::Kind::silent ||
                          facts.kind == PlainFacts::Kind::closes ||
                          facts.kind == PlainFacts::Kind::refuses;
  if (may_be_tls && co_await speaks_tls(now, address)) facts.kind = PlainFacts::Kind::speaks_tls;
  co_return facts;
}

std::optional<std::uint16_t> plain_port(const Target& target, const Options& options) {
  if (options.plain_port) return options.plain_port;
  if (target.port == 443) return 80;
  return std::nullopt;
}

io::Task<void> look_beside(Examination& now) {
  const auto port = plain_port(now.report.target, now.options);
  if (!port || now.address.is_unix()) co_return;
  const auto address = io::SocketAddress::ip(now.address.host(), *port);
  if (!address) co_return;
  Target beside = now.report.target;
  beside.tls = false;
  beside.port = *port;
  now.report.plain = co_await look_plainly(now, *address, request_to(beside.authority(), "/"));
}

// ------------------------------------------------------------------ TLS

io::Task<void> dial_into(TlsDial& into, Examination& now, tls::ProbeOptions options) {
  into =
      co_await dial_tls(now.reactor, now.address, std::move(options), std::nullopt, now.deadline());
}

io::Task<void> dial_plainly_into(PlainDial& into, Examination& now) {
  into = co_await dial_plain(now.reactor, now.address,
                             request_to(now.report.target.authority(), "/"), now.deadline());
}

io::Task<void> dial_the_rest(Dials& dials, Examination& now) {
  const Target& target = now.report.target;
  auto newest = hello(target, kTls13, kTls13);
  auto old = hello(target, kTls12, kTls12);
  auto nameless = hello(target, kTls12, kTls13);
  newest.alpn = old.alpn = {"h2", "http/1.1"};
  old.groups = "P-256:P-384";
  nameless.server_name.reset();
  io::Scope scope(now.reactor);
  scope.spawn(dial_into(dials.newest, now, std::move(newest)));
  scope.spawn(dial_into(dials.old, now, std::move(old)));
  scope.spawn(dial_into(dials.tls11, now, hello(target, kTls11, kTls11)));
  scope.spawn(dial_into(dials.tls10, now, hello(target, kTls10, kTls10)));
  scope.spawn(dial_into(dials.without_name, now, std::move(nameless)));
  scope.spawn(dial_plainly_into(dials.plain_here, now));
  scope.spawn(look_beside(now));
  co_await scope.join();
}

VersionFacts version(std::uint16_t number, const TlsDial& dial) {
  const bool accepted = dial.seen.completed() && dial.seen.info.version == number;
  return {number, accepted,
          accepted                   ? ""
          : dial.unreachable.empty() ? dial.seen.reason
                                     : dial.unreachable};
}

std::vector<std::string> protocols(const Dials& dials) {
  std::vector<std::string> all;
  for (const TlsDial* dial : {&dials.newest, &dials.old, &dials.modern}) {
    const std::string name = shown(dial->seen.alpn);
    if (!name.empty() && std::ranges::find(all, name) == all.end()) all.push_back(name);
  }
  return all;
}

TlsFacts tls_facts(const Dials& dials, const Target& target, const Options& options,
                   WallTime when) {
  TlsFacts facts{.modern = dials.modern.seen};
  facts.versions = {version(kTls10, dials.tls10), version(kTls11, dials.tls11),
                    version(kTls12, dials.old), version(kTls13, dials.newest)};
  facts.alpn = protocols(dials);
  facts.post_quantum = facts.modern.info.group == kX25519Mlkem768;
  const auto& chain = facts.modern.chain;
  if (!chain.empty()) {
    facts.chain = chain_facts(chain, options.anchors, when);
    facts.name_matches = chain.front().names().covers(target.name);
  }
  facts.chain.unreadable = facts.modern.unreadable;
  facts.faults = crypto::chain_faults(std::span(chain).first(std::min(chain.size(), kLongestWalk)),
                                      options.anchors, target.name, when);
  const tls::Observation& nameless = dials.without_name.seen;
  if (nameless.completed() && !nameless.chain.empty()) {
    facts.without_name = short_name(nameless.chain.front().subject());
  }
  return facts;
}

io::Task<void> examine_tls(Examination& now, TlsDial modern) {
  Dials dials;
  dials.modern = std::move(modern);
  co_await dial_the_rest(dials, now);
  Report& report = now.report;
  report.tls = tls_facts(dials, report.target, now.options, report.when);
  report.https = dials.modern.answer;
  report.plain_here = plain_facts(now.address, dials.plain_here);
  report.clients = verdicts(
      {dials.modern.seen, dials.old.seen, {dials.tls11.seen, dials.tls10.seen}}, *report.tls);
}

// ------------------------------------------------------------------ reaching it

io::Task<Result<io::Resolver::Addresses>> addresses(io::Resolver& resolver, const Target& target,
                                                    io::Deadline deadline) {
  if (target.address) co_return io::Resolver::Addresses{*target.address};
  co_return co_await resolver.resolve(target.name, target.port, deadline);
}

std::string not_reached(const io::SocketAddress& address, const std::string& why) {
  return fmt::format("{} {}.", address.text(), why);
}

io::Task<TlsDial> dial_as_browser(Examination& now) {
  const Target& target = now.report.target;
  auto options = hello(target, kTls12, kTls13);
  options.alpn = {"http/1.1"};
  TlsDial dial = co_await dial_tls(now.reactor, now.address, options,
                                   request_to(target.authority(), target.path), now.deadline());
  if (dial.seen.alert != kNoApplicationProtocol) co_return dial;
  // HTTP/2 alone is fine for browsers; the request is not said in it.
  options.alpn = {"h2"};
  co_return co_await dial_tls(now.reactor, now.address, options, std::nullopt, now.deadline());
}

// The handshake of a current client, at the first address where the connection stands.
io::Task<std::optional<TlsDial>> first_dial(Examination& now,
                                            const io::Resolver::Addresses& addresses) {
  for (std::size_t i = 0; i < std::min(addresses.size(), kMostAddresses); ++i) {
    now.address = addresses[i];
    TlsDial dial = co_await dial_as_browser(now);
    if (dial.unreachable.empty()) co_return dial;
    now.report.unreachable = not_reached(now.address, dial.unreachable);
  }
  co_return std::nullopt;
}

io::Task<void> examine_secure(Examination& now, const io::Resolver::Addresses& addresses) {
  auto modern = co_await first_dial(now, addresses);
  now.report.dialled = now.address.text();
  if (!modern) co_return co_await look_beside(now);
  now.report.reached = true;
  now.report.unreachable.clear();
  co_await examine_tls(now, std::move(*modern));
}

io::Task<void> examine_plain(Examination& now, const io::Resolver::Addresses& addresses) {
  const Target& target = now.report.target;
  for (std::size_t i = 0; i < std::min(addresses.size(), kMostAddresses); ++i) {
    now.address = addresses[i];
    now.report.plain =
        co_await look_plainly(now, now.address, request_to(target.authority(), target.path));
    if (now.report.plain->kind != PlainFacts::Kind::nobody) break;
  }
  now.report.dialled = now.address.text();
  now.report.reached = now.report.plain->kind != PlainFacts::Kind::nobody;
  if (!now.report.reached) {
    now.report.unreachable = not_reached(now.address, now.report.plain->reason);
  }
}

}  // namespace

io::Task<Report> examine(io::Reactor& reactor, io::Resolver& resolver, Target target,
                         Options options) {
  Report report{.target = std::move(target), .when = reactor.clock().wall()};
  Examination now{
      .reactor = reactor, .options = options, .end = reactor.in(options.within), .report = report};
  const auto found = co_await addresses(resolver, report.target, now.deadline());
  if (!found) {
    report.unreachable = found.error().what;
  } else if (report.target.tls) {
    co_await examine_secure(now, *found);
  } else {
    co_await examine_plain(now, *found);
  }
  judge(report);
  co_return report;
}

}  // namespace gatehouse::check
