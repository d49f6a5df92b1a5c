#include "control/listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/testing/configurations.h"
#include "control/testing/fakes.h"

namespace gatehouse::control {
namespace {

using ::testing::ElementsAre;
using testing::FakeSockets;
using ::testing::IsEmpty;
using testing::settings_of;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::vector<ListenerNeed> needs(std::initializer_list<const char*> addresses) {
  std::vector<ListenerNeed> all;
  for (const char* text : addresses) all.push_back({ListenAddress::parse(text).value()});
  return all;
}

std::vector<std::string> texts(const std::vector<OpenListener>& all) {
  std::vector<std::string> found;
  for (const OpenListener& one : all) found.push_back(one.address.text());
  return found;
}

class ListenersTest : public ::testing::Test {
 protected:
  Listeners::Next change(std::initializer_list<const char*> addresses) {
    auto next = listeners_.prepare(needs(addresses));
    EXPECT_TRUE(next);
    listeners_.adopt(next->all);
    return std::move(*next);
  }

  FakeSockets sockets_;
  Listeners listeners_{sockets_.open(), 2};
};

TEST_F(ListenersTest, open_what_is_needed_one_socket_for_each_thread) {
  const auto next = change({":443"});
  ASSERT_THAT(next.opened, SizeIs(1));
  EXPECT_THAT(next.opened[0].per_thread, SizeIs(2));
}

TEST_F(ListenersTest, keep_what_is_open) {
  change({":443"});
  const auto next = change({":443", ":8443"});
  EXPECT_THAT(next.opened, SizeIs(1));
  EXPECT_THAT(texts(next.all), ElementsAre("[::]:443", "[::]:8443"));
}

TEST_F(ListenersTest, a_port_of_the_kernel_s_choice_is_kept_too) {
  const auto first = texts(change({"127.0.0.1:0"}).all);
  EXPECT_EQ(texts(change({"127.0.0.1:0", ":443"}).all).front(), first.front());
}

TEST_F(ListenersTest, F10_an_address_opens_beside_all_addresses_before_those_close) {
  change({"http://:80"});
  const auto next = change({"http://localhost:80"});
  EXPECT_THAT(texts(next.all), ElementsAre("127.0.0.1:80", "[::1]:80"));
  EXPECT_THAT(next.opened, SizeIs(2));
}

TEST_F(ListenersTest, localhost_and_one_of_its_addresses_share_a_socket) {
  const auto next = change({"localhost:8443", "127.0.0.1:8443"});
  EXPECT_THAT(texts(next.all), UnorderedElementsAre("127.0.0.1:8443", "[::1]:8443"));
}

TEST_F(ListenersTest, a_port_that_is_in_use_changes_nothing) {
  change({":443"});
  sockets_.in_use = "[::]:8443";
  const auto refused = listeners_.prepare(needs({":443", ":8443"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(texts(listeners_.open_now()), ElementsAre("[::]:443"));
}

TEST_F(ListenersTest, an_address_that_speaks_tls_from_now_on_needs_no_other_socket) {
  change({"http://:8080"});
  const auto next = change({":8080"});
  EXPECT_THAT(next.opened, IsEmpty());
  EXPECT_TRUE(next.all.front().asked.tls());
}

TEST_F(ListenersTest, an_address_that_returns_has_its_number_again) {
  const auto first = change({":443", ":8443"}).all.back().id;
  change({":443"});
  EXPECT_EQ(change({":443", ":8443"}).all.back().id, first);
}

TEST(ListenerNeeds, are_those_of_enabled_sites_bindings_listeners_and_metrics) {
  const auto all = listener_needs(
      settings_of("version: 1\nsites:\n  a.example: {listen: [\":444\"]}\n"
                  "  b.example: {listen: [\":445\"], enabled: false}\n"
                  "bindings:\n  one: {at: [\"c.example:446\"]}\n  two: {at: [\"127.0.0.1:447\"]}\n"
                  "listeners: {\":448\": {}}\nmetrics: 127.0.0.1:9100\n"));
  std::vector<std::string> found;
  for (const ListenerNeed& need : all) found.push_back(need.address.text());
  EXPECT_THAT(found, UnorderedElementsAre(":444", ":446", "127.0.0.1:447", ":448",
                                          "http://127.0.0.1:9100"));
}

TEST(AnswersAt, a_wish_for_all_addresses_holds_at_each_of_them) {
  const auto wish = ListenAddress::parse(":443").value();
  const auto opened = ListenAddress::parse("10.0.0.5:443").value();
  EXPECT_TRUE(answers_at(wish, opened, IpEndpoint::parse("10.0.0.5:443").value()));
  EXPECT_FALSE(answers_at(opened, wish, IpEndpoint::parse("[::]:443").value()));
  EXPECT_FALSE(answers_at(ListenAddress::parse("http://:443").value(), opened,
                          IpEndpoint::parse("10.0.0.5:443").value()))
      << "plain HTTP is something else";
}

}  // namespace
}  // namespace gatehouse::control
