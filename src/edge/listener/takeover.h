#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/environment.h"
#include "base/result.h"
#include "edge/listener/hand_over.h"

namespace gatehouse::edge {

// Names the descriptor of the channel to the program that is to be replaced.
inline constexpr const char* kUpgradeVariable = "GATEHOUSE_UPGRADE_FD";

// The successor's side of an upgrade. The program before goes on serving until this one has said
// that it does; if it never does, or ends, the one before is as it was. Blocks; for the start.
class Takeover {
 public:
  // nullopt unless this program was started as the successor of another one. Whoever calls unsets
  // the variable afterwards. Errors: invalid (the descriptor is no such channel).
  static Result<std::optional<Takeover>> from_environment(const Environment& environment);
  explicit Takeover(io::Fd channel) : channel_(std::move(channel)) {}

  // Says that it is there and takes all sockets, with the right to write the state, and what opens
  // session tickets. Waits at most `bound` between two messages. Errors: timed_out, invalid, failed
  // (the other one is gone).
  Result<InheritedSockets> receive(std::string_view version,
                                   std::chrono::milliseconds bound = std::chrono::seconds(10));
  // Session tickets of the program before open by it; nullopt if there are none. After receive().
  const std::optional<tls::TicketSeed>& tickets() const { return tickets_; }
  // Now the program before may end. Errors: it has gone on by itself, so this one must end.
  Result<Ok> serving();
  // This one cannot serve; the program before tells whoever asked for the upgrade.
  void failed(const Error& error);

 private:
  Result<ReceivedMessage> wait_for_message(std::chrono::milliseconds bound);

  io::Fd channel_;
  std::optional<tls::TicketSeed> tickets_;
};

}  // namespace gatehouse::edge
