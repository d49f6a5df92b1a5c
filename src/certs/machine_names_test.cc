#include "certs/machine_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using testing::ElementsAre;

ServerName name(std::string_view text) { return ServerName::parse(text).value(); }

MachineNames names_of(std::string node, std::string hosts = "", std::string resolv = "") {
  return machine_names({std::move(node), std::move(hosts), std::move(resolv), "", {}});
}

TEST(MachineNames, a_node_name_with_a_domain_says_everything) {
  const auto names = names_of("Gate1.Plant4.local");
  EXPECT_EQ(names.short_name, name("gate1"));
  EXPECT_EQ(names.full_name, name("gate1.plant4.local"));
  EXPECT_EQ(names.domain, name("plant4.local"));
  EXPECT_EQ(names.text(), "gate1.plant4.local");
}

TEST(MachineNames, the_full_name_stands_in_the_hosts_file) {
  const auto names = names_of("gate1",
                              "127.0.0.1 localhost localhost.localdomain\n"
                              "# 10.0.0.1 gate1.wrong.example\n"
                              "127.0.1.1\tgate1.example.org gate1 # me\n",
                              "search other.example\n");
  EXPECT_EQ(names.full_name, name("gate1.example.org"));
  EXPECT_EQ(names.domain, name("example.org"));
}

TEST(MachineNames, else_the_search_domain_of_the_resolver_makes_it) {
  EXPECT_EQ(names_of("gate1", "", "nameserver 10.0.0.1\nsearch lan example.org\n").full_name,
            name("gate1.lan"));
  EXPECT_EQ(names_of("gate1", "", "search a.example\ndomain b.example\n").full_name,
            name("gate1.b.example"));
  EXPECT_EQ(names_of("gate1", "", "search .\n").full_name, std::nullopt);
}

TEST(MachineNames, without_any_domain_the_short_name_is_all) {
  const auto names = names_of("gate1");
  EXPECT_EQ(names.full_name, std::nullopt);
  EXPECT_EQ(names.domain, std::nullopt);
  EXPECT_EQ(names.text(), "gate1");
}

TEST(MachineNames, a_machine_without_a_usable_name_is_localhost) {
  for (const auto node : {"", "localhost", "(none)", "bad name", "10.0.0.1"}) {
    EXPECT_EQ(names_of(node).short_name, std::nullopt) << node;
    EXPECT_EQ(names_of(node).text(), "localhost");
  }
}

TEST(MachineNames, a_domain_that_strangers_share_is_not_its_own) {
  for (const auto node :
       {"gate1.com", "gate1.co.uk", "gate1.com.au", "gate1.example", "gate1.io"}) {
    EXPECT_EQ(names_of(node).domain, std::nullopt) << node;
    EXPECT_EQ(names_of(node).full_name, name(node));
  }
  for (const auto node : {"gate1.lan", "gate1.plant4.de", "gate1.a.co.uk", "gate1.local"}) {
    EXPECT_NE(names_of(node).domain, std::nullopt) << node;
  }
}

TEST(MachineNames, keeps_the_addresses_that_others_can_use) {
  MachineSources sources;
  for (const auto text : {"127.0.0.1", "10.0.0.5", "169.254.1.1", "10.0.0.5", "::1", "fe80::1",
                          "febf::1", "fd00::2", "2001:db8::abcd", "2001:db8::1"}) {
    sources.interface_addresses.push_back(name(text));
  }
  sources.if_inet6 =
      "20010db800000000000000000000abcd 04 40 00 01     eth0\n"
      "20010db8000000000000000000000001 04 40 00 80     eth0\n"
      "broken\n";
  EXPECT_THAT(machine_names(sources).addresses,
              ElementsAre(name("10.0.0.5"), name("fd00::2"), name("2001:db8::1")));
}

TEST(MachineNames, of_this_machine_are_found_without_asking_the_network) {
  const MachineSources sources = read_machine_sources();
  EXPECT_FALSE(sources.node_name.empty());
  EXPECT_THAT(sources.interface_addresses, testing::Contains(name("127.0.0.1")));
  EXPECT_FALSE(machine_names(sources).text().empty());
}

}  // namespace
}  // namespace gatehouse::certs
