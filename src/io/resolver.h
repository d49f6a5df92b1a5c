#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/server_name.h"
#include "io/address.h"
#include "io/dns_channel.h"
#include "io/reactor.h"
#include "io/task.h"

namespace gatehouse::io {

struct ResolverOptions {
  DnsSettings dns{};
  // Answers are kept for their TTL within these bounds, failures for the shortest time.
  std::chrono::seconds shortest_life{1};
  std::chrono::seconds longest_life{300};
  std::size_t most_names = 4096;
};

// The addresses of names, for one reactor's thread. Nothing here blocks on the network. Addresses
// in text and localhost (RFC 6761 section 6.3: 127.0.0.1, then ::1) need no question at all, names
// in /etc/hosts no query. Tasks that ask for one name at the same time share one query.
class Resolver {
 public:
  using Addresses = std::vector<SocketAddress>;

  static Result<std::unique_ptr<Resolver>> make(Reactor& reactor, ResolverOptions options = {});
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  // Tasks that wait for an answer get an error; they may end after the resolver.
  ~Resolver();

  // At least one address, the best first. What is known needs no suspension. A query that nobody
  // waits for any more goes on, its answer is kept.
  Task<Result<Addresses>> resolve(ServerName name, std::uint16_t port, Deadline deadline);
  // The addresses if they are known now; a failure is not.
  std::optional<Addresses> cached(const ServerName& name, std::uint16_t port) const;

 private:
  struct Question;
  using Questions = std::unordered_map<std::string, std::shared_ptr<Question>>;

  Resolver(Reactor& reactor, ResolverOptions options, std::unique_ptr<DnsChannel> channel);

  std::shared_ptr<Question> question(const std::string& name);
  std::shared_ptr<Question> ask(const std::string& name);
  void answered(Question& question, DnsAnswer answer);
  bool fresh(const Question& question) const;
  void make_room();
  void renew_channel();

  Reactor& reactor_;
  ResolverOptions options_;
  Questions questions_;
  std::size_t under_way_ = 0;
  // /etc/resolv.conf may have changed since the channel was made.
  bool doubtful_ = false;
  std::unique_ptr<DnsChannel> channel_;
};

}  // namespace gatehouse::io
