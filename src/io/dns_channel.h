#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <sys/time.h>
#include <vector>

#include "base/result.h"
#include "io/address.h"
#include "io/reactor.h"

struct ares_channeldata;

namespace gatehouse::io {

struct DnsSettings {
  // Instead of those of /etc/resolv.conf.
  std::vector<SocketAddress> servers{};
  // Of the first try; each further round over all servers takes twice as long as the one before.
  std::chrono::milliseconds try_timeout{2000};
  int tries = 2;
  // Whether names are looked up in /etc/hosts before they are asked for.
  bool use_hosts_file = true;
  // Whether the search domains of /etc/resolv.conf complete a name that does not exist.
  bool use_search_domains = true;
};

struct DnsAnswer {
  enum class Status : unsigned char {
    found,
    no_such_name,
    no_addresses,
    no_answer,   // every try has timed out
    no_server,   // every server refused, failed or cannot be reached
    bad_answer,  // not DNS, or not an answer to the question
    given_up,    // the channel was destroyed
  };

  Status status = Status::given_up;
  // With port 0, in the order of RFC 6724; not empty if found.
  std::vector<SocketAddress> addresses;
  // How long it may be kept; 0 for /etc/hosts.
  std::chrono::seconds ttl{0};
};

// A c-ares channel on the reactor: its sockets, its timeouts, its callbacks. Belongs to the
// reactor's thread. Asking never waits for the network; with use_hosts_file it reads /etc/hosts.
class DnsChannel final : public EventTarget, public Timer {
 public:
  static constexpr std::size_t kMostAddresses = 64;
  // Called exactly once, possibly before ask() returns. Must not ask and must not destroy the
  // channel: it runs inside c-ares.
  using Answered = std::move_only_function<void(DnsAnswer)>;

  // Reads /etc/resolv.conf.
  static Result<std::unique_ptr<DnsChannel>> make(Reactor& reactor, const DnsSettings& settings);
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;
  // Questions under way are answered with Status::given_up.
  ~DnsChannel();

  // The IPv4 and IPv6 addresses of a name.
  void ask(const std::string& name, Answered answered);
  // "127.0.0.53, [::1]:5353": for messages.
  const std::string& servers() const { return servers_; }

 private:
  struct Destroy {
    void operator()(ares_channeldata* channel) const;
  };
  struct Wanted {
    int fd;
    bool read;
    bool write;
  };
  static constexpr int kMostRounds = 16;

  explicit DnsChannel(Reactor& reactor) : reactor_(reactor) {}
  Result<Ok> open(const DnsSettings& settings);

  static void socket_changed(void* self, int fd, int read, int write) noexcept;
  void on_events(std::uint32_t events) override;
  void expired() override;
  void drive();
  bool process_ready();
  void arm_timer(bool more_is_ready);

  Reactor& reactor_;
  std::vector<Wanted> wanted_;
  std::string servers_;
  std::unique_ptr<ares_channeldata, Destroy> channel_;
};

}  // namespace gatehouse::io
