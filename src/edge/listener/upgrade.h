#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "edge/listener/hand_over.h"
#include "io/reactor.h"
#include "io/socket.h"
#include "io/task.h"

namespace gatehouse::edge {

// How a successor is started and, if it fails, ended.
class Launcher {
 public:
  virtual ~Launcher() = default;
  // The new process has `channel` as the descriptor that kUpgradeVariable names.
  virtual Result<pid_t> launch(io::Fd channel) = 0;
  // At once: a successor that was asked to end could close sockets that are ours as well. Returns
  // when it is gone.
  virtual void end(pid_t process) = 0;
};

struct Program {
  std::string path;  // of the file, remembered at the start: after an upgrade the old one is gone
  std::vector<std::string> arguments;    // the first is the program's name
  std::vector<std::string> environment;  // NAME=value
};

class ProcessLauncher final : public Launcher {
 public:
  explicit ProcessLauncher(Program program) : program_(std::move(program)) {}
  Result<pid_t> launch(io::Fd channel) override;
  void end(pid_t process) override;

 private:
  Program program_;
};

// What a successor may know of `environment` (as environ(7)): all but what was said to one process
// alone (LISTEN_*, WATCHDOG_PID, the channel of an upgrade).
std::vector<std::string> successor_environment(const char* const* environment);

// A socket that stays ours until the successor serves; borrowed.
struct HandedSocket {
  int fd = -1;
  HandOverMessage::Note note;
};

// What a program leaves to its successor.
struct Legacy {
  std::vector<HandedSocket> sockets;
  std::optional<tls::TicketSeed> tickets = std::nullopt;
};

struct Successor {
  pid_t process = 0;
  std::string version;  // as it says itself; printable
};

// The side of the program that is to be replaced.
class Upgrade {
 public:
  static constexpr std::chrono::seconds kBound{30};
  enum class Stage { started, handed_over, serving };
  // Told of each stage when it is reached.
  using OnStage = std::function<void(Stage stage, const Successor& successor)>;

  Upgrade(io::Reactor& reactor, Launcher& launcher) : reactor_(reactor), launcher_(launcher) {}

  // Starts the successor and hands everything over. The right to write the state folder passes
  // before that: whoever calls writes nothing there from before the call on. With a successor as
  // the answer this program is to accept nothing more (Ending::leave), serve what runs, and
  // end. After an error (it failed, ended, or did not serve within kBound; cancelled) it is gone,
  // the right is back, and this program goes on as before. One at a time; the descriptors stay open
  // meanwhile.
  io::Task<Result<Successor>> carry_out(Legacy legacy, OnStage on_stage);

 private:
  io::Task<Result<Ok>> converse(io::Socket& channel, const Legacy& legacy, Successor& successor,
                                const OnStage& on_stage);
  io::Task<Result<Ok>> send_tickets(io::Socket& channel, const tls::TicketSeed& seed,
                                    io::Deadline deadline);
  io::Task<Result<Ok>> send_sockets(io::Socket& channel, const std::vector<HandedSocket>& sockets,
                                    io::Deadline deadline);
  io::Task<Result<Ok>> send(io::Socket& channel, const HandOverMessage& message,
                            std::vector<int> descriptors, io::Deadline deadline);
  // The message's text.
  io::Task<Result<std::string>> expect(io::Socket& channel, HandOverMessage::Kind kind,
                                       io::Deadline deadline);

  io::Reactor& reactor_;
  Launcher& launcher_;
};

}  // namespace gatehouse::edge
