#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "admin/context.h"
#include "admin/listening_socket.h"
#include "io/socket.h"

namespace gatehouse::admin {

// Serves the API on a Unix socket. All of it on the thread of its reactor, which is the control
// plane's. Whoever owns it awaits stop() before its end.
class Server {
 public:
  // Tells who is at the other end of a socket.
  using FindPeer = std::function<Result<Peer>(int socket)>;

  Server(io::Reactor& reactor, control::ControlPlane& plane, EventLog& events, RolePolicy policy,
         FindPeer find_peer = peer_of);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Answers the methods of AuthorityService from here on; the desk outlives stop().
  void serve_authorities(control::AuthorityDesk& desk) { context_.desks.authorities = &desk; }
  // Answers the methods of CertificateService from here on; the desk outlives stop().
  void serve_certificates(control::CertificateDesk& desk) { context_.desks.certificates = &desk; }

  // Accepts from here on; once.
  void start(ListeningSocket socket);
  // Serves one connection that was made elsewhere.
  void serve(io::Fd connected);
  // Holds for the next request of each connection, and ends streams of those who lost their role.
  void set_policy(RolePolicy policy);

  // For a successor: the socket, borrowed, -1 if there is none; and its name, which stays from then
  // on when this one ends.
  int listening() const { return listening_ ? listening_->fd() : -1; }
  std::string path() const { return name_ ? name_->path() : std::string(); }
  void leave_name() {
    if (name_) name_->keep_name();
  }

  // Accepts no more, ends what is idle and the streams of events, lets running calls end. What is
  // left at the deadline is cancelled.
  io::Task<void> stop(io::Deadline deadline);

  std::size_t connections() const { return context_.peers + context_.strangers; }
  std::size_t watchers() const { return context_.watchers; }

 private:
  enum class Round : unsigned char { more, drained, out_of_descriptors };

  io::Task<void> accept_all();
  Round accept_some();
  void tell_unknown_accounts();

  Context context_;
  FindPeer find_peer_;
  std::optional<ListeningSocket> name_;
  std::unique_ptr<io::Socket> listening_;
  io::Scope scope_;
};

}  // namespace gatehouse::admin
