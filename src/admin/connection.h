#pragma once

#include <expected>
#include <optional>
#include <string>

#include "admin/context.h"
#include "admin/router.h"
#include "http/h1_body.h"
#include "http/h1_parser.h"
#include "io/socket.h"

namespace gatehouse::admin {

// One connection of a client, from its first byte to its end.
class Connection : public io::Link<ConnectionLink> {
 public:
  Connection(Context& context, io::Fd fd, Peer peer);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  io::Task<void> run();

  // Ends it between two requests, or its stream of events; a running call is answered first.
  void drain();

 private:
  friend class EventStream;

  enum class State : unsigned char { idle, busy, streaming };
  enum class Next : unsigned char {
    request,  // the connection can carry another one
    close,    // in order
    linger,   // in order, but the client may still be sending
    gone,     // nothing more can be sent
  };
  struct Answer {
    std::uint16_t status = 200;
    std::string_view content_type = "application/json";
    std::string body;
    std::string_view allow = {};
  };

  // connection_input.cc: what a client sends.
  io::Task<Next> wait_for_request();
  io::Task<std::optional<Next>> read_head(Request& request);
  io::Task<std::optional<Next>> read_body(const Request& request, std::string& body);
  io::Task<void> linger();

  // What it gets.
  io::Task<Next> serve_request();
  io::Task<Next> call(const Request& request, const MethodCall& call);
  io::Task<Result<std::string>> wait_for_answer(const MethodCall& call, Encoded encoded);
  io::Task<Next> watch(const Request& request, const MethodCall& call, std::string body);
  io::Task<Next> answer(const Request& request, Answer answer, bool body_read);
  io::Task<Next> refuse(const Request& request, const Refused& refused, bool body_read = false);
  io::Task<Next> refuse_unread(std::uint16_t status, std::string_view code, std::string sentence);
  io::Task<bool> write(std::string_view bytes);

  control::Role role() const { return context_.policy.role_of(peer_); }
  void tell_of_refusal(const Request& request, const Refused& refused);

  Context& context_;
  Peer peer_;
  io::PlainStream stream_;
  std::string in_;  // received and not used yet
  SteadyTime idle_since_;
  State state_ = State::idle;
  io::Event* streams_on_ = nullptr;  // what its stream of events waits for
  bool stranger_;
};

io::Task<void> serve_connection(Context& context, io::Fd fd, Peer peer);

}  // namespace gatehouse::admin
