#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/event_log.h"
#include "io/address.h"
#include "io/fd.h"
#include "io/reactor.h"
#include "io/scope.h"
#include "io/socket.h"

namespace gatehouse::edge {

// One address that we listen on: a socket for each thread (SO_REUSEPORT), so that no thread wakes
// for another's connection.
struct ListeningSockets {
  io::SocketAddress address;  // with the port that the kernel chose
  std::string host;           // as a URL names it: "localhost" unless one address was asked for
  bool tls = true;
  std::vector<io::Fd> per_thread;
};

// Opens all sockets of a listener. `ours` is where this process listens already: one address of a
// port beside another, or beside all of them, is no conflict with ourselves, and the kernel gives
// each connection to the most specific one. Errors: conflict (the port is in use), not_permitted (a
// port below 1024), not_found (no such address on this machine). Nothing stays open after an error.
Result<std::vector<ListeningSockets>> open_listener(const ListenAddress& address,
                                                    std::size_t threads,
                                                    std::span<const io::SocketAddress> ours = {});

// A client that has arrived.
struct Accepted {
  io::Fd fd;
  io::SocketAddress peer;
};

// Accepts connections of one socket until its scope is cancelled or stop() is called, and hands
// each to `on_accept`.
class Acceptor {
 public:
  using OnAccept = std::function<void(Accepted)>;

  Acceptor(io::Reactor& reactor, io::Fd fd, EventLog& events, OnAccept on_accept);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor();

  io::Task<void> run();
  // Accepts what has arrived; the kernel refuses whoever comes later.
  void stop();

 private:
  enum class Round { more, drained, out_of_descriptors };

  Round accept_some();

  io::Reactor& reactor_;
  io::Socket socket_;
  EventLog& events_;
  OnAccept on_accept_;
  bool stopped_ = false;
};

}  // namespace gatehouse::edge
