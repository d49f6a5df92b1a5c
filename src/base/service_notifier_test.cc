#include "base/service_notifier.h"

#include <map>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/testing/datagram_socket.h"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using testing::DatagramSocket;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

using Variables = std::map<std::string, std::string>;

Environment environment_of(Variables variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

constexpr pid_t kSelf = 4711;

class ServiceNotifierTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string path_ = folder_.file("notify");
  DatagramSocket manager_{path_};
};

TEST_F(ServiceNotifierTest, A15_the_manager_hears_of_every_state_in_a_datagram_of_its_own) {
  ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", path_}}), kSelf);
  EXPECT_TRUE(notifier.on());
  notifier.ready("2 sites");
  notifier.reloading(SteadyTime{1234567us});
  notifier.status("reading the configuration");
  notifier.alive();
  notifier.extend(5s);
  notifier.hand_over_to(99);
  notifier.stopping("3 requests still run");
  EXPECT_THAT(
      manager_.arrived(),
      ElementsAre("READY=1\nSTATUS=2 sites", "RELOADING=1\nMONOTONIC_USEC=1234567",
                  "STATUS=reading the configuration", "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=5000000",
                  "MAINPID=99", "STOPPING=1\nSTATUS=3 requests still run"));
}

TEST_F(ServiceNotifierTest, an_abstract_socket_is_a_name_after_an_at_sign) {
  const std::string name = "@gatehouse-test/" + path_;
  DatagramSocket abstract(name);
  ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", name}}), kSelf);
  notifier.alive();
  EXPECT_THAT(abstract.arrived(), ElementsAre("WATCHDOG=1"));
  EXPECT_THAT(manager_.arrived(), IsEmpty());
}

TEST_F(ServiceNotifierTest, a_status_cannot_bring_a_state_of_its_own) {
  ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", path_}}), kSelf);
  notifier.status("one\nMAINPID=1\r");
  EXPECT_THAT(manager_.arrived(), ElementsAre("STATUS=one MAINPID=1 "));
}

TEST(ServiceNotifier, without_a_manager_nothing_happens) {
  ServiceNotifier notifier(environment_of({}), kSelf);
  EXPECT_FALSE(notifier.on());
  notifier.ready("served");
  notifier.stopping("");
  EXPECT_EQ(notifier.alive_every(), std::nullopt);
}

TEST(ServiceNotifier, a_name_that_is_no_socket_of_ours_is_as_if_there_was_none) {
  for (const std::string& name :
       std::vector<std::string>{"", "/", "@", "relative", "vsock:2:1234", std::string(200, '/')}) {
    ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", name}, {"WATCHDOG_USEC", "10"}}),
                             kSelf);
    EXPECT_FALSE(notifier.on()) << name;
    EXPECT_EQ(notifier.alive_every(), std::nullopt);
  }
}

TEST(ServiceNotifier, a_manager_that_is_gone_is_no_harm) {
  const TemporaryFolder folder;
  ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", folder.file("gone")}}), kSelf);
  notifier.ready("served");
  EXPECT_TRUE(notifier.on());
}

TEST_F(ServiceNotifierTest, it_shows_itself_twice_in_the_time_that_the_watchdog_waits) {
  const auto every = [this](Variables more) {
    more["NOTIFY_SOCKET"] = path_;
    return ServiceNotifier(environment_of(std::move(more)), kSelf).alive_every();
  };
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}}), 15s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4711"}}), 15s);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}), std::nullopt);
  EXPECT_EQ(every({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "x"}}), std::nullopt);
  for (const char* no_time : {"", "0", "1", "-5", "5s", "99999999999999999999"}) {
    EXPECT_EQ(every({{"WATCHDOG_USEC", no_time}}), std::nullopt) << no_time;
  }
}

TEST_F(ServiceNotifierTest, a_manager_that_does_not_read_is_not_waited_for_without_end) {
  ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", path_}}), kSelf);
  const int senders = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.c_str(), path_.size());
  while (::sendto(senders, "x", 1, 0, reinterpret_cast<sockaddr*>(&address), sizeof address) == 1) {
  }
  notifier.alive();  // returns
  ::close(senders);
  EXPECT_GT(manager_.arrived().size(), 0U);
}

}  // namespace
}  // namespace gatehouse
