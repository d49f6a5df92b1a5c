#include "cli/socket_path.h"

#include <algorithm>

namespace gatehouse::cli {
namespace {

constexpr const char* kName = "gatehouse.sock";
constexpr const char* kOfService = "/run/gatehouse/gatehouse.sock";

std::string whole_path(const std::filesystem::path& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path.string() : whole.lexically_normal().string();
}

// systemd puts several folders between colons.
std::string first_of(const std::string& folders) { return folders.substr(0, folders.find(':')); }

std::optional<std::string> chosen(const SocketPlaces& places) {
  if (const auto path = places.environment("GATEHOUSE_SOCKET")) return whole_path(*path);
  if (const auto folders = places.environment("RUNTIME_DIRECTORY")) {
    return whole_path(std::filesystem::path(first_of(*folders)) / kName);
  }
  if (places.state_chosen) return whole_path(places.state / kName);
  return std::nullopt;
}

std::vector<std::string> of_this_user(const SocketPlaces& places) {
  std::vector<std::string> paths;
  if (const auto folder = places.environment("XDG_RUNTIME_DIR")) {
    paths.push_back(whole_path(std::filesystem::path(*folder) / "gatehouse" / kName));
  }
  paths.push_back(whole_path(places.state / kName));
  return paths;
}

}  // namespace

std::string server_socket_path(const SocketPlaces& places) {
  if (const auto path = chosen(places)) return *path;
  return of_this_user(places).front();
}

std::vector<std::string> client_socket_paths(const SocketPlaces& places) {
  if (const auto path = chosen(places)) return {*path};
  std::vector<std::string> paths = of_this_user(places);
  paths.insert(paths.begin(), kOfService);
  return paths;
}

std::string client_socket_path(const SocketPlaces& places) {
  const auto paths = client_socket_paths(places);
  const auto found = std::ranges::find_if(paths, [](const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
  });
  return found == paths.end() ? paths.front() : *found;
}

}  // namespace gatehouse::cli
