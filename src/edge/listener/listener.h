#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/event_log.h"
#include "edge/listener/inherited_sockets.h"
#include "io/address.h"
#include "io/fd.h"
#include "io/reactor.h"
#include "io/scope.h"
#include "io/socket.h"

namespace gatehouse::edge {

// One address that we listen on: a socket for each thread (SO_REUSEPORT), so that no thread wakes
// for another's connection. There are at least as many as threads. Inherited ones may be more: then
// the thread i accepts on those with the numbers i, i + threads, ..., because whoever has been put
// into the queue of one waits there.
struct ListeningSockets {
  io::SocketAddress asked;    // as configured: port 0 if any port is right
  io::SocketAddress address;  // with the port that the kernel chose
  std::string host;           // as a URL names it: "localhost" unless one address was asked for
  bool tls = true;
  std::vector<io::Fd> per_thread;
  // Another process listens on when this one ends: a stop must not close it for that one.
  bool held_elsewhere = false;
};

// Opens all sockets of a listener. `ours` is where this process listens already: one address of a
// port beside another, or beside all of them, is no conflict with ourselves, and the kernel gives
// each connection to the most specific one. Errors: conflict (the port is in use), not_permitted (a
// port below 1024), not_found (no such address on this machine). Nothing stays open after an error.
// Those of `inherited` that fit are used instead of new ones. Threads for which there is none get a
// sibling (SO_REUSEPORT) if the kernel lets us, else they share: each wakes for every connection
// then, and the first of them takes it.
Result<std::vector<ListeningSockets>> open_listener(const ListenAddress& address,
                                                    std::size_t threads,
                                                    std::span<const io::SocketAddress> ours = {},
                                                    InheritedSockets* inherited = nullptr);

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
  // refuse: accepts what has arrived; the kernel refuses whoever comes later. leave: accepts
  // nothing more and leaves those who have arrived to the other process that has this socket.
  enum class Ending : unsigned char { refuse, leave };
  void stop(Ending ending = Ending::refuse);
  int fd() const { return socket_.fd(); }
  bool stopped() const { return stopped_; }

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
