#include "io/resolver.h"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>

#include <fmt/format.h>

#include "io/event.h"

namespace gatehouse::io {

// One name, asked for or answered. Outlives the resolver if a task still waits for it.
struct Resolver::Question {
  Question(Reactor& r, std::string n) : reactor(r), name(std::move(n)), asked(r.now()) {}

  Reactor& reactor;
  std::string name;
  SteadyTime asked;
  SteadyTime fresh_until{};
  std::string servers;
  std::optional<Result<Addresses>> answer;  // with port 0
  Event answered{reactor};
};

namespace {

using Addresses = Resolver::Addresses;

SocketAddress with_port(const SocketAddress& address, std::uint16_t port) {
  sockaddr_storage storage{};
  std::memcpy(&storage, address.data(), address.size());
  if (address.family() == AF_INET) reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
  if (address.family() == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
  }
  return SocketAddress::from(storage, address.size());
}

Addresses with_port(const Addresses& addresses, std::uint16_t port) {
  Addresses result;
  result.reserve(addresses.size());
  for (const SocketAddress& address : addresses) result.push_back(with_port(address, port));
  return result;
}

// What needs no question. IPv4 first for localhost: most applications listen there only.
std::optional<Addresses> without_question(const ServerName& name, std::uint16_t port) {
  const std::string& text = name.text();
  Addresses addresses;
  const auto add = [&](const std::string& host) {
    if (auto address = SocketAddress::ip(host, port)) addresses.push_back(*address);
  };
  if (name.is_address()) add(text);
  if (text == "localhost" || text.ends_with(".localhost")) {
    add("127.0.0.1");
    add("::1");
  }
  if (addresses.empty()) return std::nullopt;
  return addresses;
}

std::string rounded(std::chrono::nanoseconds time) {
  if (time >= std::chrono::seconds{1}) {
    return fmt::format("{} s", std::chrono::round<std::chrono::seconds>(time).count());
  }
  return fmt::format("{} ms", std::chrono::round<std::chrono::milliseconds>(time).count());
}

std::string what_of(DnsAnswer::Status status, const std::string& name, const std::string& servers,
                    std::chrono::nanoseconds time) {
  using enum DnsAnswer::Status;
  switch (status) {
    case no_such_name:
      return fmt::format("the name {} does not exist (asked {}); correct it or add it to the DNS",
                         name, servers);
    case no_addresses:
      return fmt::format("the name {} has no address (asked {}); add an A or AAAA record", name,
                         servers);
    case no_answer:
      return fmt::format("no DNS server answered for {} within {} (asked {})", name, rounded(time),
                         servers);
    case bad_answer:
      return fmt::format("the DNS server's answer for {} is not valid (asked {})", name, servers);
    case found:
    case given_up:
      return fmt::format("the addresses of {} were not waited for: the resolver has ended", name);
    case no_server: break;
  }
  return fmt::format(
      "no DNS server could answer for {}: all of them failed, refused or cannot be reached "
      "(asked {})",
      name, servers);
}

std::unexpected<Error> failure(DnsAnswer::Status status, const std::string& name,
                               const std::string& servers, std::chrono::nanoseconds time) {
  using enum DnsAnswer::Status;
  std::string what = what_of(status, name, servers, time);
  if (status == given_up) return fail(Fault::ours, std::move(what));
  if (status == no_such_name || status == no_addresses) {
    return fail(Fault::operator_input, std::move(what), ErrorKind::unreachable);
  }
  return fail_for_now(Fault::upstream, std::move(what), ErrorKind::unreachable);
}

std::unexpected<Error> too_many(const std::string& name) {
  return fail_for_now(
      Fault::ours,
      fmt::format("{} was not looked up: too many names are being asked for at this time", name),
      ErrorKind::unreachable);
}

}  // namespace

Result<std::unique_ptr<Resolver>> Resolver::make(Reactor& reactor, ResolverOptions options) {
  auto channel = DnsChannel::make(reactor, options.dns);
  if (!channel) return pass_on(channel);
  return std::unique_ptr<Resolver>(new Resolver(reactor, std::move(options), std::move(*channel)));
}

Resolver::Resolver(Reactor& reactor, ResolverOptions options, std::unique_ptr<DnsChannel> channel)
    : reactor_(reactor), options_(std::move(options)), channel_(std::move(channel)) {}

// Answers what is under way, while the questions still exist.
Resolver::~Resolver() { channel_.reset(); }

std::optional<Addresses> Resolver::cached(const ServerName& name, std::uint16_t port) const {
  if (auto addresses = without_question(name, port)) return addresses;
  const auto found = questions_.find(name.text());
  if (found == questions_.end()) return std::nullopt;
  const Question& known = *found->second;
  if (!known.answer || !*known.answer || !fresh(known)) return std::nullopt;
  return with_port(**known.answer, port);
}

Task<Result<Addresses>> Resolver::resolve(ServerName name, std::uint16_t port, Deadline deadline) {
  if (auto addresses = without_question(name, port)) co_return std::move(*addresses);
  const std::shared_ptr<Question> asked = question(name.text());
  if (asked == nullptr) co_return too_many(name.text());
  // The resolver may end during the wait: from here on only the question is touched.
  if (!asked->answer) {
    const SteadyTime began = asked->reactor.now();
    const Wake wake = co_await asked->answered.wait(deadline);
    if (wake == Wake::cancelled) {
      co_return fail(Fault::ours, fmt::format("the search for {} was given up", name.text()));
    }
    if (!asked->answer) {
      co_return failure(DnsAnswer::Status::no_answer, name.text(), asked->servers,
                        asked->reactor.now() - began);
    }
  }
  if (!*asked->answer) co_return std::unexpected(asked->answer->error());
  co_return with_port(**asked->answer, port);
}

std::shared_ptr<Resolver::Question> Resolver::question(const std::string& name) {
  const auto found = questions_.find(name);
  if (found != questions_.end() && fresh(*found->second)) return found->second;
  return ask(name);
}

bool Resolver::fresh(const Question& question) const {
  return !question.answer || reactor_.now() < question.fresh_until;
}

std::shared_ptr<Resolver::Question> Resolver::ask(const std::string& name) {
  questions_.erase(name);
  make_room();
  if (questions_.size() >= options_.most_names) return nullptr;
  renew_channel();
  auto asked = std::make_shared<Question>(reactor_, name);
  asked->servers = channel_->servers();
  questions_.emplace(name, asked);
  ++under_way_;
  channel_->ask(name, [this, asked](DnsAnswer answer) { answered(*asked, std::move(answer)); });
  return asked;
}

void Resolver::answered(Question& question, DnsAnswer answer) {
  using enum DnsAnswer::Status;
  --under_way_;
  doubtful_ = answer.status == no_answer || answer.status == no_server;
  auto life = options_.shortest_life;
  if (answer.status == found) {
    life = std::clamp(answer.ttl, options_.shortest_life, options_.longest_life);
    question.answer = std::move(answer.addresses);
  } else {
    const auto waited = reactor_.now() - question.asked;
    question.answer = failure(answer.status, question.name, question.servers, waited);
  }
  question.fresh_until = reactor_.now() + life;
  question.answered.notify_all();
}

// What is over goes first, then the answer that would be over next.
void Resolver::make_room() {
  if (questions_.size() < options_.most_names) return;
  std::erase_if(questions_, [&](const auto& known) { return !fresh(*known.second); });
  if (questions_.size() < options_.most_names) return;
  const auto order = [](const auto& known) {
    return known.second->answer ? known.second->fresh_until : SteadyTime::max();
  };
  const auto first = std::ranges::min_element(questions_, {}, order);
  if (first != questions_.end() && first->second->answer) questions_.erase(first);
}

// Servers that do not answer may be those of a network that this machine has left.
void Resolver::renew_channel() {
  if (!doubtful_ || under_way_ != 0) return;
  doubtful_ = false;
  if (auto channel = DnsChannel::make(reactor_, options_.dns)) channel_ = std::move(*channel);
}

}  // namespace gatehouse::io
