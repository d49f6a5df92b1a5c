#include "config/settle_process.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/settling.h"

namespace gatehouse::config {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::complaints;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::settled;
using ::testing::StartsWith;
using testing::texts;

TEST(ProcessSettings, nothing_is_the_defaults) {
  const Settings all = settled("{}");
  EXPECT_EQ(all, Settings{});
  EXPECT_EQ(all.timeouts.head, 10s);
  EXPECT_EQ(all.limits.head, 32768U);
  EXPECT_EQ(all.tls_profile, tls::Profile::intermediate);
  EXPECT_EQ(all.access_log.kind, AccessLogTarget::Kind::off);
  EXPECT_FALSE(all.metrics);
  EXPECT_FALSE(all.workers);
}

TEST(ProcessSettings, each_timeout_is_its_own) {
  const Settings all = settled(R"({"timeouts": {"handshake": "1ms", "head": "2ms", "body": "3ms",
      "idle": "4ms", "write": "5ms", "connect": "6ms", "response": "7ms", "tunnel": "8ms",
      "drain": "9ms"}})");
  EXPECT_EQ(all.timeouts, (Timeouts{1ms, 2ms, 3ms, 4ms, 5ms, 6ms, 7ms, 8ms, 9ms}));
  EXPECT_THAT(complaints(R"({"timeouts": {"head": "10", "idle": "0s"}})"),
              ElementsAre(StartsWith("GH3132: `timeouts.head`: \"10\" is no duration"),
                          StartsWith("GH3132: `timeouts.idle`: \"0s\" is out of range")));
}

TEST(ProcessSettings, limits_have_ranges) {
  const Settings all =
      settled(R"({"limits": {"connections": "5", "head": "2048", "fields": "20", "body": "7"}})");
  EXPECT_EQ(all.limits, (Limits{5, 2048, 20, 7}));
  EXPECT_EQ(settled(R"({"limits": {"body": "0"}})").limits, Limits{});
  EXPECT_THAT(
      complaints(R"({"limits": {"connections": "0", "head": "100", "fields": "1000"}})"),
      ElementsAre("GH3133: `limits.connections`: 0 is out of range: at least 1",
                  "GH3133: `limits.fields`: 1000 is out of range: at least 1 and at most 128",
                  "GH3133: `limits.head`: 100 is out of range: at least 1024 and at most 32768"));
}

TEST(ProcessSettings, the_local_ca_has_names_and_networks) {
  const Settings all = settled(R"({"localCa": {
      "permit": [".plant4.local", "printer", "10.20.0.0/16", "fd00::/8"],
      "hosts": ["nas.home.arpa", "10.0.0.5"]}})");
  EXPECT_EQ(all.permit, ".plant4.local,printer,10.20.0.0/16,fd00::/8");
  EXPECT_THAT(texts(all.hosts), ElementsAre("nas.home.arpa", "10.0.0.5"));
  for (const char* bad : {"*.plant4.local", "10.20.0.1/16", "a, b", "", "..", "two words"}) {
    EXPECT_THAT(complaints(fmt::format(R"({{"localCa": {{"permit": ["{}"]}}}})", bad)),
                ElementsAre(StartsWith("GH3131")))
        << bad;
  }
  EXPECT_THAT(complaints(R"({"localCa": {"hosts": ["*.home.arpa", "two words"]}})"),
              ElementsAre(AllOf(StartsWith("GH3104"), HasSubstr("wildcard")),
                          AllOf(StartsWith("GH3104"), HasSubstr("two words"))));
}

TEST(ProcessSettings, networks_of_proxies_are_networks) {
  EXPECT_THAT(texts(settled(R"({"trustedProxies": ["10.0.0.0/8", "::1"]})").trusted_proxies),
              ElementsAre("10.0.0.0/8", "::1/128"));
  EXPECT_THAT(complaints(R"({"trustedProxies": ["10.1.2.3/8"]})"),
              ElementsAre(AllOf(StartsWith("GH3138: `trusted_proxies[0]`"),
                                HasSubstr("write 10.0.0.0/8 for the network"))));
}

TEST(ProcessSettings, the_access_log_is_a_whole_path_or_a_word) {
  EXPECT_EQ(settled(R"({"logs": {"access": "/var/log/a.log"}})").access_log.path, "/var/log/a.log");
  EXPECT_EQ(settled(R"({"logs": {"access": "-"}})").access_log.kind,
            AccessLogTarget::Kind::standard_output);
  EXPECT_EQ(settled(R"({"logs": {"access": "none"}})").access_log.kind, AccessLogTarget::Kind::off);
  for (const char* bad : {"access.log", "off"}) {
    EXPECT_THAT(complaints(fmt::format(R"({{"logs": {{"access": "{}"}}}})", bad)),
                ElementsAre(AllOf(StartsWith(fmt::format("GH3134: `logs.access`: \"{}\"", bad)),
                                  HasSubstr("or \"none\""))));
  }
}

TEST(ProcessSettings, metrics_are_served_on_loopback_only) {
  EXPECT_EQ(settled(R"({"metrics": {"listen": "127.0.0.1:9100"}})").metrics->text(),
            "http://127.0.0.1:9100");
  EXPECT_THAT(
      complaints(R"({"metrics": {"listen": ":9100"}})"),
      ElementsAre(AllOf(StartsWith("GH3135: `metrics.listen`: \":9100\""), HasSubstr("loopback"))));
}

TEST(ProcessSettings, I10_accounts_are_users_and_groups) {
  const Settings all =
      settled(R"({"admin": {"administrators": ["alice", "@adm"], "readers": ["@monitoring"]}})");
  EXPECT_THAT(all.administrators, ElementsAre("alice", "@adm"));
  EXPECT_THAT(all.readers, ElementsAre("@monitoring"));
  for (const char* bad : {"", "@", "two words", "-x", "a:b"}) {
    EXPECT_THAT(complaints(fmt::format(R"({{"admin": {{"readers": ["{}"]}}}})", bad)),
                ElementsAre(StartsWith("GH3136: `admin.readers[0]`: ")))
        << bad;
  }
}

TEST(ProcessSettings, workers_are_a_number_of_threads) {
  EXPECT_EQ(settled(R"({"process": {"workers": 4}})").workers, 4U);
  EXPECT_THAT(complaints(R"({"process": {"workers": 0}})"), ElementsAre(StartsWith("GH3137")));
  EXPECT_THAT(complaints(R"({"process": {"workers": 1025}})"), ElementsAre(StartsWith("GH3137")));
}

TEST(ProcessSettings, only_version_1_is_read) {
  EXPECT_EQ(settled(R"({"version": 1})"), Settings{});
  EXPECT_THAT(complaints(R"({"version": 2})"),
              ElementsAre("GH3130: `version`: 2 is no version of the configuration that this "
                          "program reads; write `version: 1`"));
}

TEST(ProcessSettings, the_tls_profile_of_all) {
  EXPECT_EQ(settled(R"({"tls": {"profile": "modern"}})").tls_profile, tls::Profile::modern);
  EXPECT_THAT(complaints(R"({"tls": {"profile": "ssl3"}})"),
              ElementsAre(StartsWith("GH3116: `tls.profile`: \"ssl3\"")));
}

}  // namespace
}  // namespace gatehouse::config
