#include "io/dns_channel.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <poll.h>

#include <ares.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gatehouse::io {
namespace {

struct FreeAnswer {
  void operator()(ares_addrinfo* answer) const { ares_freeaddrinfo(answer); }
};
using Answer = std::unique_ptr<ares_addrinfo, FreeAnswer>;

struct FreeServers {
  void operator()(ares_addr_port_node* servers) const { ares_free_data(servers); }
};
using Servers = std::unique_ptr<ares_addr_port_node, FreeServers>;

std::unexpected<Error> cannot_start(int status) {
  return fail(Fault::machine,
              fmt::format("names cannot be resolved on this machine: {}; check /etc/resolv.conf",
                          ares_strerror(status)));
}

std::string text_of(const ares_addr_port_node& server) {
  std::array<char, INET6_ADDRSTRLEN> host{};
  if (inet_ntop(server.family, &server.addr, host.data(), host.size()) == nullptr) return "?";
  if (server.udp_port == 0 || server.udp_port == 53) return host.data();
  const bool bracket = server.family == AF_INET6;
  return fmt::format("{}{}{}:{}", bracket ? "[" : "", host.data(), bracket ? "]" : "",
                     server.udp_port);
}

// Newer versions of c-ares prefer a text of their own, which 1.18 does not have.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
std::string servers_of(ares_channel channel) {
  ares_addr_port_node* found = nullptr;
  if (ares_get_servers_ports(channel, &found) != ARES_SUCCESS) return "nobody";
  const Servers servers(found);
  std::vector<std::string> texts;
  for (const auto* server = found; server != nullptr; server = server->next) {
    texts.push_back(text_of(*server));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}
#pragma clang diagnostic pop

int replace_servers(ares_channel channel, const std::vector<SocketAddress>& servers) {
  if (servers.empty()) return ARES_SUCCESS;
  std::vector<std::string> texts;
  texts.reserve(servers.size());
  for (const SocketAddress& server : servers) texts.push_back(server.text());
  return ares_set_servers_ports_csv(channel, fmt::format("{}", fmt::join(texts, ",")).c_str());
}

DnsAnswer::Status status_of(int status) {
  using enum DnsAnswer::Status;
  switch (status) {
    case ARES_SUCCESS: return found;
    case ARES_ENOTFOUND:
    case ARES_ENONAME:
    case ARES_EBADNAME: return no_such_name;
    case ARES_ENODATA: return no_addresses;
    case ARES_ETIMEOUT: return no_answer;
    case ARES_EDESTRUCTION:
    case ARES_ECANCELLED: return given_up;
    case ARES_EBADRESP:
    case ARES_EFORMERR: return bad_answer;
    default: return no_server;
  }
}

SocketAddress address_of(const ares_addrinfo_node& node) {
  sockaddr_storage storage{};
  const auto size = std::min<std::size_t>(node.ai_addrlen, sizeof storage);
  std::memcpy(&storage, node.ai_addr, size);
  return SocketAddress::from(storage, static_cast<socklen_t>(size));
}

// The shortest life of all records that led to the addresses.
std::chrono::seconds ttl_of(const ares_addrinfo& answer) {
  int ttl = answer.nodes->ai_ttl;
  for (const auto* n = answer.nodes; n != nullptr; n = n->ai_next) ttl = std::min(ttl, n->ai_ttl);
  for (const auto* c = answer.cnames; c != nullptr; c = c->next) ttl = std::min(ttl, c->ttl);
  return std::chrono::seconds{std::max(ttl, 0)};
}

DnsAnswer answer_of(int status, const ares_addrinfo* found) {
  DnsAnswer answer;
  answer.status = status_of(status);
  if (status != ARES_SUCCESS) return answer;
  answer.status = DnsAnswer::Status::no_addresses;
  if (found == nullptr || found->nodes == nullptr) return answer;
  answer.status = DnsAnswer::Status::found;
  answer.ttl = ttl_of(*found);
  for (const auto* node = found->nodes; node != nullptr; node = node->ai_next) {
    if (answer.addresses.size() == DnsChannel::kMostAddresses) break;
    answer.addresses.push_back(address_of(*node));
  }
  return answer;
}

void hand_over(void* argument, int status, int /*timeouts*/, ares_addrinfo* found) noexcept {
  const Answer answer(found);
  const std::unique_ptr<DnsChannel::Answered> answered(
      static_cast<DnsChannel::Answered*>(argument));
  (*answered)(answer_of(status, found));
}

}  // namespace

void DnsChannel::Destroy::operator()(ares_channeldata* channel) const { ares_destroy(channel); }

Result<std::unique_ptr<DnsChannel>> DnsChannel::make(Reactor& reactor,
                                                     const DnsSettings& settings) {
  std::unique_ptr<DnsChannel> channel(new DnsChannel(reactor));
  if (auto opened = channel->open(settings); !opened) return pass_on(opened);
  return channel;
}

DnsChannel::~DnsChannel() {
  channel_.reset();  // calls back into the members
  reactor_.forget(*this);
}

// ares_library_init() is for Windows only; everywhere else its counter would be a data race of
// threads that each have their channel.
Result<Ok> DnsChannel::open(const DnsSettings& settings) {
  std::string lookups = settings.use_hosts_file ? "fb" : "b";
  ares_options options{};
  int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
              ARES_OPT_SOCK_STATE_CB;
  options.flags = settings.use_search_domains ? 0 : ARES_FLAG_NOSEARCH;
  options.timeout = static_cast<int>(settings.try_timeout.count());
  options.tries = settings.tries;
  options.lookups = lookups.data();
  options.sock_state_cb = socket_changed;
  options.sock_state_cb_data = this;
#ifdef ARES_OPT_QUERY_CACHE
  // Whoever asks here decides what is kept, by the reactor's clock.
  given |= ARES_OPT_QUERY_CACHE;
  options.qcache_max_ttl = 0;
#endif
  ares_channel channel = nullptr;
  if (const int status = ares_init_options(&channel, &options, given); status != ARES_SUCCESS) {
    return cannot_start(status);
  }
  channel_.reset(channel);
  if (const int status = replace_servers(channel, settings.servers); status != ARES_SUCCESS) {
    return cannot_start(status);
  }
  servers_ = servers_of(channel);
  return Ok{};
}

void DnsChannel::ask(const std::string& name, Answered answered) {
  auto argument = std::make_unique<Answered>(std::move(answered));
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_.get(), name.c_str(), nullptr, &hints, hand_over, argument.release());
  drive();
}

// The descriptors are c-ares's own; epoll forgets them when it closes them. All of them have this
// one target, so that an event of a descriptor that was closed or used anew meanwhile does no harm.
void DnsChannel::socket_changed(void* self, int fd, int read, int write) noexcept {
  auto& channel = *static_cast<DnsChannel*>(self);
  auto& wanted = channel.wanted_;
  const auto known = std::ranges::find(wanted, fd, &Wanted::fd);
  if (read == 0 && write == 0) {
    if (known != wanted.end()) wanted.erase(known);
    return;
  }
  if (known != wanted.end()) {
    *known = {fd, read != 0, write != 0};
    return;
  }
  wanted.push_back({fd, read != 0, write != 0});
  channel.reactor_.watch(fd, channel, Reactor::Interest::input_and_output);
}

void DnsChannel::on_events(std::uint32_t /*events*/) { drive(); }

void DnsChannel::expired() {
  ares_process_fd(channel_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  drive();
}

// The reactor reports edges, but c-ares reads a piece at a time and begins to write on sockets that
// have been writable for long: so look at the levels until nothing is left.
void DnsChannel::drive() {
  int rounds = 0;
  while (rounds < kMostRounds && process_ready()) ++rounds;
  arm_timer(rounds == kMostRounds);
}

bool DnsChannel::process_ready() {
  std::vector<pollfd> polled;
  for (const Wanted& want : wanted_) {
    const int events = (want.read ? POLLIN : 0) | (want.write ? POLLOUT : 0);
    polled.push_back({.fd = want.fd, .events = static_cast<short>(events), .revents = 0});
  }
  if (polled.empty() || ::poll(polled.data(), polled.size(), 0) <= 0) return false;
  for (const pollfd& now : polled) {
    constexpr int kBroken = POLLERR | POLLHUP | POLLNVAL;
    const bool read = (now.revents & (POLLIN | kBroken)) != 0;
    const bool write = (now.revents & POLLOUT) != 0;
    // c-ares ignores descriptors that it has closed meanwhile.
    if (read || write) {
      ares_process_fd(channel_.get(), read ? now.fd : ARES_SOCKET_BAD,
                      write ? now.fd : ARES_SOCKET_BAD);
    }
  }
  return true;
}

void DnsChannel::arm_timer(bool more_is_ready) {
  Link<TimerLink>::unlink();
  timeval left{};
  if (ares_timeout(channel_.get(), nullptr, &left) == nullptr) return;
  const auto wait = std::chrono::seconds{left.tv_sec} + std::chrono::microseconds{left.tv_usec};
  reactor_.arm(*this, more_is_ready ? reactor_.now() : reactor_.now() + wait);
}

}  // namespace gatehouse::io
