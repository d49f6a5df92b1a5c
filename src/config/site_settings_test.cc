#include "config/site_settings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/settling.h"

namespace gatehouse::config {
namespace {

using ::testing::AllOf;
using testing::complaints;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::settled;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::texts;

// One site with the key files.example.com.
std::string one(std::string_view fields) {
  return fmt::format(R"({{"sites": {{"files.example.com": {{{}}}}}}})", fields);
}
Site site(std::string_view fields) { return settled(one(fields)).sites.at(0); }

TEST(SiteSettings, one_line_is_a_whole_site) {
  const Site made = site(R"("upstreams": ["http://127.0.0.1:8080"])");
  EXPECT_EQ(made.name, "files.example.com");
  EXPECT_THAT(texts(made.names), ElementsAre("files.example.com"));
  EXPECT_THAT(texts(made.listen), ElementsAre(":443"));
  EXPECT_THAT(texts(made.upstreams), ElementsAre("http://127.0.0.1:8080"));
  EXPECT_THAT(texts(made.plain_listen), ElementsAre("http://:80"));
  EXPECT_EQ(made.plain,
            (edge::PlainHttp{edge::PlainPolicy::redirect, edge::PlainPolicy::keep, 443}));
  EXPECT_TRUE(made.enabled);
  EXPECT_FALSE(made.any_name);
  EXPECT_FALSE(made.certificate);
  EXPECT_FALSE(made.tls_profile);
  EXPECT_FALSE(made.trust_boundary);
  EXPECT_EQ(made.owner, "");
}

TEST(SiteSettings, names_stand_in_place_of_the_key) {
  const Site made = site(R"("names": ["A.example.com", "*.b.example.com", "10.0.0.5"])");
  EXPECT_THAT(texts(made.names), ElementsAre("a.example.com", "*.b.example.com", "10.0.0.5"));
}

TEST(SiteSettings, a_star_is_every_other_name) {
  const Site made = site(R"("names": ["*", "files.example.com"])");
  EXPECT_TRUE(made.any_name);
  EXPECT_THAT(texts(made.names), ElementsAre("files.example.com"));
  EXPECT_TRUE(settled(R"({"sites": {"*": {}}})").sites.at(0).any_name);
}

TEST(SiteSettings, a_key_that_is_a_wildcard_or_an_address_is_its_name) {
  const Settings all = settled(R"({"sites": {"*.example.com": {}, "10.0.0.5": {}, "[::1]": {}}})");
  EXPECT_THAT(texts(all.sites.at(0).names), ElementsAre("*.example.com"));
  EXPECT_THAT(texts(all.sites.at(1).names), ElementsAre("10.0.0.5"));
  EXPECT_THAT(texts(all.sites.at(2).names), ElementsAre("::1"));
}

TEST(SiteSettings, a_key_that_is_no_name_needs_names) {
  EXPECT_THAT(texts(settled(R"({"sites": {"my files": {"names": ["a.example"]}}})").sites[0].names),
              ElementsAre("a.example"));
  EXPECT_THAT(complaints(R"({"sites": {"my files": {}}})"),
              ElementsAre(AllOf(StartsWith("GH3103: site `my files`: "), HasSubstr("names: ["))));
}

TEST(SiteSettings, a_key_is_bounded_and_harmless_on_a_terminal) {
  EXPECT_THAT(complaints(R"({"sites": {"": {"names": ["a.example"]}}})"),
              ElementsAre(StartsWith("GH3101: ")));
  EXPECT_THAT(complaints("{\"sites\": {\"a\\u001b[2J\": {\"names\": [\"a.example\"]}}}"),
              ElementsAre(AllOf(StartsWith("GH3101: "), HasSubstr("\\u001b"))));
  EXPECT_THAT(complaints(fmt::format(R"({{"sites": {{"{}": {{"names": ["a.example"]}}}}}})",
                                     std::string(254, 'a'))),
              ElementsAre(StartsWith("GH3101: ")));
}

TEST(SiteSettings, a_wrong_name_says_what_to_write) {
  const std::pair<const char*, const char*> wrong[] = {
      {"https://files.example.com/x", "is a URL; a name stands alone: files.example.com"},
      {"files.example.com:8443",
       "write the name alone, files.example.com, and the port in `listen`"},
      {"w*.example.com", "a star stands for one whole label"},
      {"a.*.example.com", "a star stands for one whole label"},
      {"*.10.0.0.5", "a star stands for one whole label"},
      {"b\xc3\xbc"
       "cher.example",
       "xn--"},
      {"two words", "neither a server name nor an IP address"},
      {"10.0.0.256", "neither a server name nor an IP address"},
      {"", "The name is empty"},
  };
  for (const auto& [name, says] : wrong) {
    EXPECT_THAT(
        complaints(one(fmt::format(R"("names": ["{}"])", name))),
        ElementsAre(AllOf(StartsWith("GH3104: site `files.example.com`: "), HasSubstr(says))));
  }
}

TEST(SiteSettings, the_same_name_twice_is_said_once) {
  EXPECT_THAT(complaints(one(R"("names": ["a.example", "A.example."])")),
              ElementsAre(StartsWith("GH3105: ")));
}

TEST(SiteSettings, names_are_bounded) {
  std::string names;
  for (int i = 0; i < 4000; ++i) {
    names += fmt::format("{}\"host-number-{}.example.com\"", i == 0 ? "" : ",", i);
  }
  EXPECT_THAT(complaints(one(fmt::format(R"("names": [{}])", names))),
              ElementsAre(AllOf(StartsWith("GH3102: "), HasSubstr("65536"))));
}

TEST(SiteSettings, A7_I8_listens_on_any_port_of_any_address_with_tls_or_without) {
  const Site made =
      site(R"("listen": [":80", "10.0.0.5:8443", "[::1]:9443", "http://localhost:8444"])");
  EXPECT_THAT(texts(made.listen),
              ElementsAre(":80", "10.0.0.5:8443", "[::1]:9443", "http://localhost:8444"));
  EXPECT_EQ(made.plain.https_port, 80);
}

TEST(SiteSettings, a_wrong_address_says_what_to_write) {
  EXPECT_THAT(complaints(one(R"("listen": ["8443"])")),
              ElementsAre(AllOf(StartsWith("GH3106: site `files.example.com`: \"8443\""),
                                HasSubstr(":8443 for every address"))));
  EXPECT_THAT(complaints(one(R"("listen": ["files.example.com:443"])")),
              ElementsAre(AllOf(StartsWith("GH3106: "), HasSubstr("`names`"))));
  EXPECT_THAT(complaints(one(R"("listen": [":443", "*:443"])")),
              ElementsAre(StartsWith("GH3105: ")));
}

TEST(SiteSettings, lists_are_bounded) {
  std::string many;
  for (int i = 1; i <= 257; ++i) {
    many += fmt::format("{}\"http://127.0.0.1:{}\"", i == 1 ? "" : ",", i);
  }
  EXPECT_THAT(complaints(one(fmt::format(R"("upstreams": [{}])", many))),
              ElementsAre(AllOf(StartsWith("GH3102: "), HasSubstr("257 upstreams"))));
}

TEST(SiteSettings, a_wrong_upstream_says_what_to_write) {
  EXPECT_THAT(complaints(one(R"("upstreams": ["127.0.0.1:80"])")),
              ElementsAre(AllOf(StartsWith("GH3107: "), HasSubstr("write http://127.0.0.1:80"))));
  EXPECT_THAT(complaints(one(R"("upstreams": ["https://127.0.0.1:8443"])")),
              ElementsAre(AllOf(StartsWith("GH3107: "), HasSubstr("does not speak yet"))));
  EXPECT_THAT(complaints(one(R"("upstreams": ["http://user:hunter2@127.0.0.1"])")),
              ElementsAre(AllOf(StartsWith("GH3107: "), Not(HasSubstr("hunter2")))));
}

TEST(SiteSettings, routes_have_a_path_and_somewhere_to_go) {
  const Site made = site(R"("upstreams": ["http://127.0.0.1:1"], "routes": [
      {"path": "/api", "upstreams": ["http://127.0.0.1:2", "http://127.0.0.1:3"]},
      {"path": "/", "upstreams": ["unix:/run/a.sock"], "http": "refuse"}])");
  ASSERT_THAT(made.routes, SizeIs(2));
  EXPECT_EQ(made.routes[0].path, "/api");
  EXPECT_THAT(texts(made.routes[0].upstreams),
              ElementsAre("http://127.0.0.1:2", "http://127.0.0.1:3"));
  EXPECT_FALSE(made.routes[0].external);
  EXPECT_EQ(made.routes[1].external, edge::PlainPolicy::refuse);
}

TEST(SiteSettings, F9_a_route_that_only_sets_a_policy_goes_where_the_site_goes) {
  const Site made = site(R"("upstreams": ["http://127.0.0.1:1"],
                            "routes": [{"path": "/agents", "http": "keep"}])");
  EXPECT_EQ(made.routes.at(0).upstreams, made.upstreams);
  EXPECT_EQ(made.routes.at(0).external, edge::PlainPolicy::keep);
}

TEST(SiteSettings, a_wrong_route_says_what_to_write) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"path": "api", "http": "keep"})", "GH3108"},
      {R"({"path": "/a?b", "http": "keep"})", "GH3108"},
      {R"({"path": "/a b", "http": "keep"})", "GH3108"},
      {R"({"path": "/a/../b", "http": "keep"})", "GH3108"},
      {R"({"path": "/a/.", "http": "keep"})", "GH3108"},
      {R"({"path": "http://x/", "http": "keep"})", "GH3108"},
      {R"({"http": "keep"})", "GH3108"},
      {R"({"path": "/a"})", "GH3109"},
      {R"({"path": "/a", "http": "allow"})", "GH3110"},
      {R"({"path": "/a", "http": "keep"}, {"path": "/a", "http": "refuse"})", "GH3111"},
  };
  for (const auto& [routes, code] : wrong) {
    EXPECT_THAT(complaints(one(fmt::format(R"("routes": [{}])", routes))),
                ElementsAre(StartsWith(code)))
        << routes;
  }
  EXPECT_THAT(complaints(one(fmt::format(R"("routes": [{{"path": "/{}", "http": "keep"}}])",
                                         std::string(2048, 'a')))),
              ElementsAre(StartsWith("GH3108")));
}

TEST(SiteSettings, M3_a_certificate_is_two_whole_paths) {
  const Site made =
      site(R"("certificate": {"files": {"certificate": "/etc/a.crt", "key": "/etc/a.key"}})");
  EXPECT_EQ(made.certificate, (CertificateChoice{CertificateFiles{"/etc/a.crt", "/etc/a.key"}}));
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"files": {"certificate": "/etc/a.crt"}})", "GH3114"},
      {R"({"files": {"key": "/etc/a.key"}})", "GH3114"},
      {R"({"files": {}})", "GH3114"},
      {R"({})", "GH3114"},
      {R"({"files": {"certificate": "a.crt", "key": "/etc/a.key"}})", "GH3115"},
      {R"({"files": {"certificate": "/etc/a.crt", "key": "/etc/"}})", "GH3115"},
      {R"({"files": {"certificate": "/etc/a.crt", "key": "/etc/\u0000"}})", "GH3115"},
  };
  for (const auto& [certificate, code] : wrong) {
    EXPECT_THAT(complaints(one(fmt::format(R"("certificate": {})", certificate))),
                ElementsAre(StartsWith(code)))
        << certificate;
  }
}

TEST(SiteSettings, M12_a_second_certificate_stands_beside_a_first_one_that_is_another) {
  const Site made =
      site(R"("certificate": {"name": "a"}, "second_certificate": {"name": "a-rsa"})");
  ASSERT_TRUE(made.certificate);
  EXPECT_EQ(made.certificate->first, SingleCertificate(certs::Selector::by_name("a").value()));
  EXPECT_EQ(made.certificate->second, SingleCertificate(certs::Selector::by_name("a-rsa").value()));
  EXPECT_THAT(text(*made.certificate), AllOf(HasSubstr("\"a\" and"), HasSubstr("\"a-rsa\"")));
  const std::pair<const char*, const char*> wrong[] = {
      {R"("second_certificate": {"name": "a"})", "GH3124"},
      {R"("certificate": {"name": "a"}, "second_certificate": {"name": "a"})", "GH3124"},
      {R"("certificate": {"name": "a"}, "second_certificate": {})", "GH3114"},
      {R"("certificate": {"name": "a"}, "second_certificate": {"thumbprint": "3f"})", "GH3119"},
  };
  for (const auto& [certificates, code] : wrong) {
    EXPECT_THAT(complaints(one(certificates)), ElementsAre(StartsWith(code))) << certificates;
  }
}

TEST(SiteSettings, I5_an_owner_is_one_short_word) {
  EXPECT_EQ(site(R"("owner": "filesrv@plant-4/a_b+c.d")").owner, "filesrv@plant-4/a_b+c.d");
  for (const std::string& bad : {std::string("two words"), std::string(65, 'a'),
                                 std::string("caf\xc3\xa9"), std::string("a;b")}) {
    EXPECT_THAT(complaints(one(fmt::format(R"("owner": "{}")", bad))),
                ElementsAre(StartsWith("GH3117")));
  }
}

TEST(SiteSettings, profiles_are_three) {
  EXPECT_EQ(site(R"("tls_profile": "modern")").tls_profile, tls::Profile::modern);
  EXPECT_EQ(site(R"("tls_profile": "compatible")").tls_profile, tls::Profile::compatible);
  EXPECT_THAT(complaints(one(R"("tls_profile": "old")")),
              ElementsAre(AllOf(StartsWith("GH3116"), HasSubstr("modern"))));
}

TEST(SiteSettings, may_be_disabled_and_inside_a_trust_boundary) {
  EXPECT_FALSE(site(R"("enabled": false)").enabled);
  EXPECT_TRUE(site(R"("enabled": true)").enabled);
  EXPECT_TRUE(site(R"("trust_boundary": true)").trust_boundary);
}

TEST(SiteSettings, every_error_of_a_site_comes_in_one_go) {
  EXPECT_THAT(complaints(one(R"("names": ["a b"], "listen": ["x"], "upstreams": ["y"],
                                "owner": "z z", "http": {"external": "allow"})")),
              SizeIs(5));
}

}  // namespace
}  // namespace gatehouse::config
