#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "control/listener_needs.h"
#include "edge/listener/listener.h"
#include "edge/worker/snapshot.h"

namespace gatehouse::control {

// An address at which sockets are open.
struct OpenListener {
  edge::ListenerId id = 0;
  ListenAddress asked;        // what a configuration asks for: ":443", "localhost:8443"
  ListenAddress opened;       // the part of it that this is: "127.0.0.1:8443"
  io::SocketAddress address;  // with the port that the kernel chose
  std::string host;           // as a URL names it
  bool metrics = false;
  unsigned number = 0;  // see ListenerNeed

  IpEndpoint endpoint() const;
};

// New sockets of one address, one for each thread.
struct NewSockets {
  edge::ListenerId id = 0;
  std::vector<io::Fd> per_thread;
  bool held_elsewhere = false;  // see edge::ListeningSockets
};

// Opens what a configuration needs before anything changes, and remembers what is open. The
// sockets themselves belong to the workers. Control thread only, but for names().
class Listeners {
 public:
  // As edge::open_listener.
  using Open = std::function<Result<std::vector<edge::ListeningSockets>>(
      const ListenAddress& address, std::size_t threads, std::span<const io::SocketAddress> ours)>;

  Listeners(Open open, std::size_t threads) : open_(std::move(open)), threads_(threads) {}

  // What is open once a change is in force, and the sockets for it that are not open yet.
  struct Next {
    std::vector<OpenListener> all;  // in the order of the needs
    std::vector<NewSockets> opened;
  };
  // Errors: those of open_listener; nothing has changed then, nor when the answer is dropped.
  Result<Next> prepare(const std::vector<ListenerNeed>& needs);
  // `all` is open from now on.
  void adopt(std::vector<OpenListener> all) { open_now_ = std::move(all); }

  const std::vector<OpenListener>& open_now() const { return open_now_; }
  // By ListenerId. Any thread.
  std::vector<std::string> names() const;

 private:
  struct Wanted {
    ListenAddress address;
    ListenAddress asked;
    bool metrics = false;
    unsigned number = 0;
    bool optional = false;  // ::1 beside 127.0.0.1: a machine may have no IPv6
  };
  static std::vector<Wanted> wanted(const std::vector<ListenerNeed>& needs);
  Result<Ok> add(const Wanted& wanted, Next& next);
  Result<Ok> open(const Wanted& wanted, Next& next);
  std::vector<io::SocketAddress> ours(const Next& next) const;
  edge::ListenerId id_of(const std::string& name);

  Open open_;
  std::size_t threads_;
  std::vector<OpenListener> open_now_;
  mutable std::mutex names_mutex_;
  std::vector<std::string> names_;
};

}  // namespace gatehouse::control
