#include "cli/socket_path.h"

#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "base/testing.h"

namespace gatehouse::cli {
namespace {

using ::testing::ElementsAre;

class SocketPath : public ::testing::Test {
 protected:
  SocketPlaces places(std::map<std::string, std::string> environment, bool state_chosen = false) {
    return {[environment = std::move(environment)](const std::string& name) {
              const auto found = environment.find(name);
              return found == environment.end() ? std::nullopt : std::optional(found->second);
            },
            "/home/anna/.local/state/gatehouse", state_chosen};
  }
};

TEST_F(SocketPath, what_the_environment_names_wins) {
  const auto all = places({{"GATEHOUSE_SOCKET", "/tmp/own.sock"},
                           {"RUNTIME_DIRECTORY", "/run/gatehouse"},
                           {"XDG_RUNTIME_DIR", "/run/user/1000"}},
                          true);
  EXPECT_EQ(server_socket_path(all), "/tmp/own.sock");
  EXPECT_THAT(client_socket_paths(all), ElementsAre("/tmp/own.sock"));
}

TEST_F(SocketPath, a_service_has_it_in_its_runtime_directory) {
  const auto service = places(
      {{"RUNTIME_DIRECTORY", "/run/gatehouse:/run/other"}, {"XDG_RUNTIME_DIR", "/run/user/1000"}});
  EXPECT_EQ(server_socket_path(service), "/run/gatehouse/gatehouse.sock");
  EXPECT_EQ(client_socket_path(service), "/run/gatehouse/gatehouse.sock");
}

TEST_F(SocketPath, a_chosen_state_folder_holds_it_so_that_two_instances_do_not_meet) {
  const auto chosen = places({{"XDG_RUNTIME_DIR", "/run/user/1000"}}, true);
  EXPECT_EQ(server_socket_path(chosen), "/home/anna/.local/state/gatehouse/gatehouse.sock");
  EXPECT_EQ(client_socket_path(chosen), server_socket_path(chosen));
}

TEST_F(SocketPath, a_person_has_it_in_the_runtime_folder_of_the_session) {
  EXPECT_EQ(server_socket_path(places({{"XDG_RUNTIME_DIR", "/run/user/1000"}})),
            "/run/user/1000/gatehouse/gatehouse.sock");
}

TEST_F(SocketPath, without_a_session_it_is_in_the_state_folder) {
  EXPECT_EQ(server_socket_path(places({})), "/home/anna/.local/state/gatehouse/gatehouse.sock");
}

TEST_F(SocketPath, a_client_looks_at_the_services_place_first) {
  EXPECT_THAT(
      client_socket_paths(places({{"XDG_RUNTIME_DIR", "/run/user/1000"}})),
      ElementsAre("/run/gatehouse/gatehouse.sock", "/run/user/1000/gatehouse/gatehouse.sock",
                  "/home/anna/.local/state/gatehouse/gatehouse.sock"));
}

TEST_F(SocketPath, a_client_takes_the_first_place_where_there_is_something) {
  const testing::TemporaryFolder folder;
  auto here = places({{"XDG_RUNTIME_DIR", folder.file("none")}});
  here.state = folder.file(".");
  std::ofstream(folder.file("gatehouse.sock")) << "";
  if (!std::filesystem::exists("/run/gatehouse/gatehouse.sock")) {
    EXPECT_EQ(client_socket_path(here), folder.file("gatehouse.sock"));
  }
}

TEST_F(SocketPath, is_always_absolute) {
  EXPECT_EQ(server_socket_path(places({{"GATEHOUSE_SOCKET", "own.sock"}})),
            std::filesystem::current_path() / "own.sock");
}

}  // namespace
}  // namespace gatehouse::cli
