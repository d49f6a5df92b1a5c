#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::cli {

// What the place of the admin socket depends on.
struct SocketPlaces {
  // The value of an environment variable; nothing when it is unset or empty.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  std::filesystem::path state;  // the state folder
  bool state_chosen = false;    // by --state: then the socket is in there
};

// Where the server listens when --socket says nothing: GATEHOUSE_SOCKET, else gatehouse.sock in
// RUNTIME_DIRECTORY (systemd), in a chosen state folder, in XDG_RUNTIME_DIR/gatehouse, in the state
// folder. Absolute.
std::string server_socket_path(const SocketPlaces& places);

// Where a client looks, the best first: the same places, and that of the system's service,
// /run/gatehouse/gatehouse.sock. Only one when it was chosen.
std::vector<std::string> client_socket_paths(const SocketPlaces& places);
// The first of them where there is something, or the first.
std::string client_socket_path(const SocketPlaces& places);

}  // namespace gatehouse::cli
