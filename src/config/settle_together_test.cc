#include "config/settle_together.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/settling.h"

namespace gatehouse::config {
namespace {

using ::testing::AllOf;
using testing::complaints;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(Together, a_name_has_one_site_on_a_listener) {
  EXPECT_THAT(
      complaints(
          R"({"sites": {"a.example": {}, "b.example": {"names": ["b.example", "A.example"]}}})"),
      ElementsAre(
          "GH3303: site `b.example`: `a.example` is published at :443 by this site and by "
          "site `a.example`; only one can answer: take the name from one of them, or let one "
          "listen elsewhere"));
}

TEST(Together, a_name_may_have_several_sites_on_several_listeners) {
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {},
                             "b": {"names": ["a.example"], "listen": [":8443"]},
                             "c": {"names": ["a.example"], "listen": ["10.0.0.5:443"],
                                   "http": {"off": true}}}})"),
              IsEmpty());
}

TEST(Together, localhost_and_its_addresses_are_one_listener) {
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"listen": ["localhost:8443"]},
                             "b": {"names": ["a.example"], "listen": ["[::1]:8443"]}}})"),
              ElementsAre(StartsWith("GH3303")));
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"listen": [":8443"]},
                             "b": {"names": ["a.example"], "listen": ["[::]:8443"]}}})"),
              ElementsAre(StartsWith("GH3303")));
}

TEST(Together, a_wildcard_and_a_name_below_it_are_two) {
  EXPECT_THAT(complaints(R"({"sites": {"*.example": {}, "a.example": {}, "*": {}}})"), IsEmpty());
}

TEST(Together, every_other_name_has_one_site_on_a_listener) {
  EXPECT_THAT(complaints(R"({"sites": {"*": {}, "all": {"names": ["*"]}}})"),
              ElementsAre(AllOf(StartsWith("GH3304: site `all`: every other name (`*`)"),
                                HasSubstr("by site `*`"))));
  EXPECT_THAT(complaints(R"({"sites": {"*": {}, "all": {"names": ["*"], "listen": [":8443"]}}})"),
              IsEmpty());
}

TEST(Together, the_same_name_on_plain_listeners_counts_too) {
  EXPECT_THAT(complaints(R"({"sites": {
                 "a.example": {"listen": [":8443"], "http": {"listen": [":8080"]}},
                 "b": {"names": ["a.example"], "listen": [":9443"], "http": {"listen": [":8080"]}}}})"),
              ElementsAre(AllOf(StartsWith("GH3303"), HasSubstr("http://:8080"))));
}

TEST(Together, what_is_not_enabled_is_in_nobodys_way) {
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {}, "*": {"enabled": false},
                             "b": {"names": ["a.example", "*"], "enabled": false},
                             "c": {"names": ["c.example"], "listen": ["http://:443"],
                                   "enabled": false}}})"),
              IsEmpty());
}

TEST(Together, an_address_speaks_one_thing) {
  EXPECT_THAT(
      complaints(R"({"sites": {"a.example": {}, "b.example": {"listen": ["http://:443"]}}})"),
      ElementsAre(
          "GH3302: site `b.example`: :443 is to serve plain HTTP here, and TLS for site "
          "`a.example`; one address and port serves one of them: choose another port or address, "
          "or end plain HTTP of a site by `http: {off: true}`"));
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"listen": ["localhost:8080"]},
                             "b.example": {"listen": ["http://127.0.0.1:8080"]}}})"),
              ElementsAre(StartsWith("GH3302: site `b.example`: 127.0.0.1:8080")));
}

TEST(Together, I8_tls_on_port_80_needs_the_port_for_itself) {
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {}, "b.example": {"listen": [":80"]}}})"),
              ElementsAre(StartsWith("GH3302: site `b.example`: :80 is to serve TLS here")));
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"http": {"off": true}},
                                       "b.example": {"listen": [":80"]}}})"),
              IsEmpty());
}

TEST(Together, port_80_of_one_address_and_of_loopback_are_independent) {
  EXPECT_THAT(complaints(R"({"sites": {
      "a.example": {"listen": ["10.0.0.5:80"]},
      "b.example": {"listen": ["10.0.0.6:443"], "http": {"external": "refuse"}}}})"),
              IsEmpty());
}

TEST(Together, a_port_that_the_kernel_chooses_is_never_the_same) {
  EXPECT_THAT(complaints(R"({"sites": {"*": {"listen": ["127.0.0.1:0", "http://127.0.0.1:0"]}},
                             "metrics": {"listen": "127.0.0.1:0"}})"),
              IsEmpty());
}

TEST(Together, metrics_have_their_address_alone) {
  EXPECT_THAT(complaints(R"({"sites": {"*": {"listen": ["http://localhost:9100"]}},
                             "metrics": {"listen": "127.0.0.1:9100"}})"),
              ElementsAre(AllOf(StartsWith("GH3302: `metrics.listen`: 127.0.0.1:9100"),
                                HasSubstr("plain HTTP for site `*`"))));
}

TEST(Together, a_binding_names_a_site_that_exists) {
  EXPECT_THAT(complaints(R"({"bindings": {"pbx": {"at": ["a.example:443"], "site": "a.exmaple"}},
                             "sites": {"a.example": {}}})"),
              ElementsAre(StartsWith("GH3306: binding `pbx`: there is no site \"a.exmaple\"")));
  EXPECT_THAT(complaints(R"({"bindings": {"pbx": {"at": ["a.example:443"], "site": "a.example"}},
                             "sites": {"a.example": {"enabled": false}}})"),
              ElementsAre(StartsWith("GH3502: binding `pbx`: site `a.example` is not enabled")));
}

TEST(Together, an_endpoint_has_one_certificate) {
  const char* const with_one = R"({"sites": {"*": {}}, "bindings": {
      "a": {"at": ["x.example:443"], "certificate": {"files": {"certificate": "/1.crt", "key": "/k"}}},
      "b": {"at": ["X.example:443"], "certificate": {"files": {"certificate": "/2.crt", "key": "/k"}}}}})";
  EXPECT_THAT(complaints(with_one),
              ElementsAre(AllOf(StartsWith("GH3307: binding `b`: `x.example:443` is bound here"),
                                HasSubstr("by binding `a`"))));
  EXPECT_THAT(complaints(R"({"sites": {"*": {}}, "bindings": {"a": {"at": ["x.example:443"]},
                                                             "b": {"at": ["x.example:443"]}}})"),
              IsEmpty());
}

TEST(Together, a_site_and_a_binding_agree_on_the_certificate) {
  EXPECT_THAT(complaints(R"({"sites": {"x.example": {"certificate": {"files": {
                                 "certificate": "/1.crt", "key": "/k"}}}},
                             "bindings": {"b": {"at": ["x.example:443"], "certificate": {"files": {
                                 "certificate": "/2.crt", "key": "/k"}}}}})"),
              ElementsAre(StartsWith("GH3308: binding `b`: `x.example:443` has a certificate")));
  EXPECT_THAT(complaints(R"({"sites": {"x.example": {"certificate": {"files": {
                                 "certificate": "/1.crt", "key": "/k"}}}},
                             "bindings": {"b": {"at": ["x.example:8443"], "certificate": {"files": {
                                 "certificate": "/2.crt", "key": "/k"}}}}})"),
              IsEmpty());
}

TEST(Together, I8_a_binding_opens_its_port_with_tls) {
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {}},
                             "bindings": {"b": {"at": ["a.example:80"]}}})"),
              ElementsAre(StartsWith("GH3302: binding `b`: :80 is to serve TLS here")));
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"listen": ["10.0.0.5:443"],
                                                     "http": {"listen": ["10.0.0.6:443"]}}},
                             "bindings": {"b": {"at": ["10.0.0.6:443"]}}})"),
              ElementsAre(StartsWith("GH3302: binding `b`: 10.0.0.6:443")));
}

TEST(Together, a_binding_for_a_name_that_nobody_publishes_is_worth_a_warning) {
  const auto said = complaints(R"({"sites": {"a.example": {}},
                                   "bindings": {"b": {"at": ["b.example:443"]}}})");
  EXPECT_THAT(said, ElementsAre(StartsWith("GH3503: binding `b`: no site publishes `b.example`")));
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {}},
                             "bindings": {"b": {"at": ["b.example:443"], "site": "a.example"}}})"),
              IsEmpty());
}

TEST(Together, A3_plain_http_to_another_machine_needs_a_word) {
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"upstreams": ["http://10.0.0.5:80"],
                 "routes": [{"path": "/x", "upstreams": ["http://be.internal:80"]},
                            {"path": "/y", "http": "keep"}]}}})"),
              ElementsAre(AllOf(StartsWith("GH3501: site `a.example`: requests go to 10.0.0.5:80"),
                                HasSubstr("trust_boundary: true")),
                          StartsWith("GH3501: site `a.example`: requests go to be.internal:80")));
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"upstreams": ["http://10.0.0.5:80"],
                             "trustBoundary": true}}})"),
              IsEmpty());
  EXPECT_THAT(complaints(R"({"sites": {"a.example": {"upstreams": ["http://127.0.0.1:1",
                 "http://[::1]:1", "http://localhost:1", "http://app.localhost:1",
                 "unix:/run/a.sock"]}}})"),
              IsEmpty());
}

TEST(Together, warnings_leave_the_settings_valid) {
  const Settled result = settle(
      testing::document(R"({"sites": {"a.example": {"upstreams": ["http://10.0.0.5:80"]}}})"));
  EXPECT_TRUE(result.settings);
  EXPECT_EQ(result.diagnostics.at(0).severity, Severity::warning);
}

}  // namespace
}  // namespace gatehouse::config
