#include "config/listener_settings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/settling.h"
#include "config/values.h"

namespace gatehouse::config {
namespace {

using ::testing::AllOf;
using testing::complaints;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::settled;
using ::testing::SizeIs;
using ::testing::StartsWith;

// One binding beside a site for every name.
std::string one(std::string_view fields) {
  return fmt::format(R"({{"sites": {{"*": {{}}}}, "bindings": {{"pbx": {{{}}}}}}})", fields);
}
Binding binding(std::string_view fields) { return settled(one(fields)).bindings.at(0); }

std::vector<std::string> endpoints(const Binding& binding) {
  std::vector<std::string> all;
  for (const Endpoint& endpoint : binding.at) all.push_back(text(endpoint));
  return all;
}

TEST(BindingSettings, I6_I7_I9_one_binding_has_endpoints_by_name_and_by_address) {
  const Binding made = binding(R"("at": ["PBX.example.com:8443", "*.example.com:443",
                                         "10.0.0.5:9443", "[2001:db8::5]:443"])");
  EXPECT_EQ(made.name, "pbx");
  EXPECT_THAT(endpoints(made), ElementsAre("pbx.example.com:8443", "*.example.com:443",
                                           "10.0.0.5:9443", "[2001:db8::5]:443"));
  EXPECT_TRUE(std::holds_alternative<NamedEndpoint>(made.at[0]));
  EXPECT_TRUE(std::holds_alternative<NamedEndpoint>(made.at[1]));
  EXPECT_TRUE(std::holds_alternative<IpEndpoint>(made.at[2]));
  EXPECT_TRUE(std::holds_alternative<IpEndpoint>(made.at[3]));
  EXPECT_FALSE(made.certificate);
}

TEST(BindingSettings, I5_has_owner_certificate_profile_and_site) {
  const Binding made = binding(R"("at": ["a.example:443"], "owner": "pbx", "site": "*",
      "tls_profile": "compatible",
      "certificate": {"files": {"certificate": "/a.crt", "key": "/a.key"}})");
  EXPECT_EQ(made.owner, "pbx");
  EXPECT_EQ(made.site, "*");
  EXPECT_EQ(made.tls_profile, tls::Profile::compatible);
  EXPECT_EQ(made.certificate, (CertificateChoice{CertificateFiles{"/a.crt", "/a.key"}}));
}

TEST(BindingSettings, a_wrong_endpoint_says_what_to_write) {
  const std::pair<const char*, const char*> wrong[] = {
      {"pbx.example.com", "\"pbx.example.com\" has no port; write pbx.example.com:443"},
      {"10.0.0.5", "write 10.0.0.5:443"},
      {":443", "is no endpoint"},
      {"pbx.example.com:0", "is no endpoint"},
      {"pbx.example.com:65536", "is no endpoint"},
      {"10.0.0.5:0", "is no endpoint"},
      {"https://pbx.example.com:443", "is no endpoint"},
      {"*:443", "is no endpoint"},
      {"a b:443", "is no endpoint"},
      {"", "is no endpoint"},
  };
  for (const auto& [text, says] : wrong) {
    EXPECT_THAT(complaints(one(fmt::format(R"("at": ["{}"])", text))),
                ElementsAre(AllOf(StartsWith("GH3121: binding `pbx`: "), HasSubstr(says))));
  }
}

TEST(BindingSettings, without_endpoints_says_nothing) {
  EXPECT_THAT(complaints(one("")), ElementsAre(StartsWith("GH3120: binding `pbx`: ")));
  EXPECT_THAT(complaints(one(R"("at": ["a.example:443", "A.example:443"])")),
              ElementsAre(StartsWith("GH3105")));
}

TEST(BindingSettings, M3_a_certificate_needs_its_key) {
  EXPECT_THAT(complaints(one(R"("at": ["a.example:443"],
                                "certificate": {"files": {"certificate": "/a.crt"}})")),
              ElementsAre(StartsWith("GH3114: binding `pbx`: ")));
}

TEST(ListenerSettings, M13_say_who_answers_unknown_names_and_no_name) {
  const Settings all = settled(R"({"listeners": {
      ":443": {"unknownNames": "refuse", "owner": "edge", "tlsProfile": "modern"},
      "10.0.0.5:8443": {"noName": "refuse"}, "localhost:9443": {"noName": "default"}}})");
  ASSERT_THAT(all.listeners, SizeIs(3));
  EXPECT_EQ(all.listeners[0].key, "10.0.0.5:8443");
  EXPECT_EQ(all.listeners[0].address.text(), "10.0.0.5:8443");
  EXPECT_FALSE(all.listeners[0].refuse_unknown_names);
  EXPECT_TRUE(all.listeners[0].refuse_no_name);
  EXPECT_EQ(all.listeners[1].address.text(), ":443");
  EXPECT_TRUE(all.listeners[1].refuse_unknown_names);
  EXPECT_FALSE(all.listeners[1].refuse_no_name);
  EXPECT_EQ(all.listeners[1].owner, "edge");
  EXPECT_EQ(all.listeners[1].tls_profile, tls::Profile::modern);
  EXPECT_FALSE(all.listeners[2].refuse_no_name);
}

TEST(ListenerSettings, a_wrong_listener_says_what_to_write) {
  EXPECT_THAT(complaints(R"({"listeners": {"443": {}}})"),
              ElementsAre(AllOf(StartsWith("GH3122: listener `443`: "), HasSubstr(":8443 for"))));
  EXPECT_THAT(complaints(R"({"listeners": {"http://:80": {}}})"),
              ElementsAre(AllOf(StartsWith("GH3122"), HasSubstr("nothing to set here"))));
  EXPECT_THAT(complaints(R"({"listeners": {":443": {"unknownNames": "drop"}}})"),
              ElementsAre(StartsWith("GH3123: listener `:443`: \"drop\"")));
  EXPECT_THAT(complaints(R"({"listeners": {":443": {}, "*:443": {}}})"),
              ElementsAre(AllOf(StartsWith("GH3305"), HasSubstr("same address"))));
}

}  // namespace
}  // namespace gatehouse::config
