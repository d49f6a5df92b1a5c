#pragma once

#include <optional>

#include "base/environment.h"
#include "edge/listener/inherited_sockets.h"
#include "edge/listener/takeover.h"
#include "edge/listener/upgrade.h"

namespace gatehouse::app {

// What this program has from whoever started it, and how it is started again.
class Start {
 public:
  // Takes the sockets of a socket unit, or those of the program that this one replaces; that one
  // does not write the state folder any more when this returns. Blocks for some seconds at most.
  // Unsets the variables that were meant for this process alone, so before there is a thread.
  static Result<Start> take(const Environment& environment, edge::Program program);

  // Everything is served: the program before, if there is one, may end. Errors: it has gone on by
  // itself, so this one must end.
  Result<Ok> serving();
  // This program cannot serve; the one before goes on.
  void failed(const Error& error);

  // Of the program that this one replaces; nullopt if there is none.
  const std::optional<tls::TicketSeed>& tickets() const { return tickets_; }
  edge::InheritedSockets& sockets() { return sockets_; }
  const edge::Program& program() const { return program_; }
  bool is_successor() const { return is_successor_; }

 private:
  explicit Start(edge::Program program) : program_(std::move(program)) {}
  Result<Ok> take_over(edge::Takeover before);

  edge::Program program_;
  edge::InheritedSockets sockets_;
  std::optional<tls::TicketSeed> tickets_;
  std::optional<edge::Takeover> before_;
  bool is_successor_ = false;
};

// The program that runs now, by the file that it was started from and the words of its command
// line. The file is looked up when this is called: later another one may be in its place.
edge::Program running_program(int count, char** arguments);

}  // namespace gatehouse::app
