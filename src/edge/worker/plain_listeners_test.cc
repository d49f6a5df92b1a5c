#include <cstring>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <gmock/gmock.h>

#include "edge/worker/testing.h"

// What happens to plain HTTP, by the address at which it arrives.

namespace gatehouse::edge {
namespace {

using ::testing::HasSubstr;
using testing::kGet;
using testing::only;
using testing::Peer;
using testing::saying;
using ::testing::StartsWith;

class PlainListeners : public testing::Served {
 protected:
  ListenerId id = 0;
};

constexpr PlainHttp kByAddress{.external = PlainPolicy::redirect, .loopback = PlainPolicy::keep};

TEST_F(PlainListeners, F10_a_listener_of_every_address_asks_each_connection_where_it_arrived) {
  id = next.listen(only(Refuse{404, "Served."}, kByAddress), nullptr, ":0");
  ASSERT_TRUE(serve());
  const std::uint16_t port = next.address(id).port();
  Peer four(testing::dial(io::SocketAddress::ip("127.0.0.1", port).value()));
  settle();
  EXPECT_THAT(answer_to(four, kGet), HasSubstr("Served.")) << "IPv4 in IPv6 clothes";
  Peer six(testing::dial(io::SocketAddress::ip("::1", port).value()));
  if (!six.here()) GTEST_SKIP() << "this machine has no IPv6";
  settle();
  EXPECT_THAT(answer_to(six, kGet), HasSubstr("Served."));
}

// An address of this machine that is not loopback, if it has one.
std::optional<io::SocketAddress> outer_address(std::uint16_t port) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return std::nullopt;
  std::optional<io::SocketAddress> found;
  for (const ifaddrs* one = all; one != nullptr && !found; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_storage storage{};
    std::memcpy(&storage, one->ifa_addr, sizeof(sockaddr_in));
    const auto address = io::SocketAddress::from(storage, sizeof(sockaddr_in));
    if (!address.is_loopback()) found = io::SocketAddress::ip(address.host(), port).value();
  }
  freeifaddrs(all);
  return found;
}

TEST_F(PlainListeners, F10_who_dials_an_outer_address_of_this_machine_comes_from_outside) {
  id = next.listen(only(Refuse{404, "Served."}, kByAddress), nullptr, ":0");
  ASSERT_TRUE(serve());
  const auto outer = outer_address(next.address(id).port());
  if (!outer) GTEST_SKIP() << "this machine has loopback addresses only";
  Peer client(testing::dial(*outer));
  ASSERT_TRUE(client.here());
  settle();
  EXPECT_THAT(answer_to(client, kGet), StartsWith("HTTP/1.1 301 "));
}

TEST_F(PlainListeners, F10_a_declared_loopback_listener_survives_any_sequence_of_changes) {
  id = next.listen(only(Refuse{404, "Served."}, kByAddress));
  ASSERT_TRUE(serve());
  Peer lasting = connect(id);
  std::uint32_t seed = 7;
  std::vector<ListenerId> others;
  for (int i = 0; i < 200; ++i) {
    seed = seed * 1664525 + 1013904223;
    const std::uint32_t what = seed >> 29;
    if (what < 2) others.push_back(next.listen(saying("Another."), nullptr, ":0"));
    if (what == 2 && !others.empty()) {
      next.remove(others.back());
      others.pop_back();
    }
    if (what > 2) next.plan(id).routes = only(Refuse{404, "Served."}, kByAddress);
    ASSERT_TRUE(serve());
    ASSERT_THAT(answer_to(lasting, kGet), HasSubstr("Served.")) << i;
    if (i % 20 == 0) {
      Peer fresh = connect(id);
      ASSERT_THAT(answer_to(fresh, kGet), HasSubstr("Served.")) << i;
    }
  }
}

}  // namespace
}  // namespace gatehouse::edge
