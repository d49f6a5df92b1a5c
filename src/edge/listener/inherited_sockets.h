#pragma once

#include <string>
#include <unistd.h>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "io/address.h"
#include "io/fd.h"

namespace gatehouse::edge {

// A listening socket that another process has opened: the service manager, or the program that
// this one replaces.
struct InheritedSocket {
  io::Fd fd;
  io::SocketAddress asked;      // as the configuration names it: port 0 if any port was right
  io::SocketAddress address;    // with the port that the kernel chose
  std::string name;             // FileDescriptorName= of a socket unit, else empty
  bool held_elsewhere = false;  // the service manager listens on after us
};

// Sees to it that `fd` is a listening socket, TCP or Unix, makes it non-blocking, closed by exec
// and free of Nagle's delay, and says its address.
Result<io::SocketAddress> prepare_inherited(int fd);

// Listening sockets that nobody uses yet. Who opens a listener looks here first.
class InheritedSockets {
 public:
  InheritedSockets() = default;
  explicit InheritedSockets(std::vector<InheritedSocket> sockets) : sockets_(std::move(sockets)) {}

  // All sockets of that address, or of that wish if its port is 0.
  std::vector<InheritedSocket> take(const io::SocketAddress& wanted);
  bool empty() const { return sockets_.empty(); }
  // The addresses that nobody wanted, each once.
  std::vector<std::string> left() const;
  // Closes those that nobody else listens on: whoever connected to them would wait for ever. A
  // socket of the service manager stays for a listener that comes later.
  void close_ours();

 private:
  std::vector<InheritedSocket> sockets_;
};

// The sockets of a socket unit (sd_listen_fds(3)): none unless LISTEN_PID is `self`. Whoever calls
// unsets LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES afterwards; once only, the descriptors belong to
// the result. Errors: invalid (a descriptor that is no listening socket).
Result<std::vector<InheritedSocket>> activation_sockets(const Environment& environment, pid_t self,
                                                        int first = 3);

}  // namespace gatehouse::edge
