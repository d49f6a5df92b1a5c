#include "edge/session/plain_http.h"

#include <gmock/gmock.h>

#include "edge/session/testing.h"

namespace gatehouse::edge {
namespace {

using ::testing::AllOf;
using testing::Edge;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::kGet;
using testing::kOk;
using ::testing::Not;
using testing::Peer;
using ::testing::StartsWith;

http::RequestHead& ask(http::RequestHead& request, std::string_view host, std::string_view target) {
  request.method = http::Method::get;
  request.authority_text = host;
  request.target = target;
  return request;
}

std::string url(std::string_view host, std::string_view target = "/", std::uint16_t port = 443) {
  http::RequestHead request;
  return https_url(ask(request, host, target), port).value_or("none");
}

TEST(PlainHttp, F12_the_same_place_over_https_is_named) {
  EXPECT_EQ(url("files.example", "/a?b=c"), "https://files.example/a?b=c");
  EXPECT_EQ(url("files.example:80", "/"), "https://files.example/") << "the plain port is not kept";
  EXPECT_EQ(url("files.example", "/", 8443), "https://files.example:8443/");
  EXPECT_EQ(url("FILES.example.", "/"), "https://files.example/");
  EXPECT_EQ(url("192.0.2.1:8080", "/x"), "https://192.0.2.1/x");
}

TEST(PlainHttp, F12_an_ipv6_host_keeps_its_brackets) {
  EXPECT_EQ(url("[2001:DB8::1]:80", "/"), "https://[2001:db8::1]/");
  EXPECT_EQ(url("[::1]", "/", 8443), "https://[::1]:8443/");
}

TEST(PlainHttp, a_question_about_the_whole_server_and_a_request_without_host) {
  EXPECT_EQ(url("a.example", "*"), "https://a.example/");
  EXPECT_EQ(url("", "/"), "none");
  EXPECT_EQ(url("a.example", "//other.example/"), "https://a.example//other.example/");
}

TEST(PlainHttp, a_target_too_long_for_a_location_is_not_redirected) {
  http::RequestHead request;
  const std::string longest = "/" + std::string(kLongestLocation - 18, 'x');
  EXPECT_TRUE(redirect_to_https(ask(request, "a.example", longest), 443));
  const std::string longer = longest + "x";
  EXPECT_FALSE(redirect_to_https(ask(request, "a.example", longer), 443));
  EXPECT_EQ(https_only_sentence(request, 443),
            "This site is only available by HTTPS: https://a.example");
}

// A plain listener with a site that has policies of its own.
class PlainSession : public Edge {
 protected:
  PlainSession() { routes = {}; }
  void publish(const PlainHttp& plain, std::optional<PlainPolicy> app = std::nullopt) {
    auto site = std::make_shared<Site>("a.example", 0);
    site->add_route("/", Forward{set});
    site->add_route("/open", Forward{set}, app);
    site->set_plain_http(plain);
    routes.add(NamePattern::parse("a.example").value(), site);
    listener->local = LocalAddress::external;
  }
};

constexpr PlainHttp kRedirect{.external = PlainPolicy::redirect};
constexpr PlainHttp kRefuse{.external = PlainPolicy::refuse};

TEST_F(PlainSession, F12_get_is_redirected_and_the_connection_lives_on) {
  publish(kRedirect);
  Peer client = connect();
  const std::string answer = answer_to(client, "GET /a?b=c HTTP/1.1\r\nHost: a.example:80\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 301 Moved Permanently\r\n"));
  EXPECT_THAT(answer, HasSubstr("Location: https://a.example/a?b=c\r\n"));
  EXPECT_THAT(answer, EndsWith("This page is at https://a.example/a?b=c\n"));
  EXPECT_FALSE(client.ended());
  EXPECT_THAT(answer_to(client, "HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 301 "), EndsWith("\r\n\r\n")));
  EXPECT_FALSE(app->accept());
}

TEST_F(PlainSession, F12_other_methods_are_redirected_with_their_method_and_content_is_not_read) {
  publish(kRedirect);
  Peer client = connect();
  const std::string answer = answer_to(
      client, "POST /form HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5000\r\n\r\nsome");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 308 Permanent Redirect\r\n"));
  EXPECT_THAT(answer, HasSubstr("Location: https://a.example/form\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.ended());
}

TEST_F(PlainSession, F12_a_port_other_than_443_is_named) {
  publish({.external = PlainPolicy::redirect, .https_port = 8443});
  Peer client = connect();
  EXPECT_THAT(answer_to(client, kGet), HasSubstr("Location: https://a.example:8443/\r\n"));
}

TEST_F(PlainSession, F12_a_host_that_nobody_publishes_is_not_redirected) {
  publish(kRedirect);
  Peer client = connect();
  EXPECT_THAT(answer_to(client, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 404 "), Not(HasSubstr("Location"))));
}

TEST_F(PlainSession, F12_a_long_target_is_redirected_whole) {
  publish(kRedirect);
  Peer client = connect();
  const std::string target = "/" + std::string(12'000, 'x');
  EXPECT_THAT(answer_to(client, "GET " + target + " HTTP/1.1\r\nHost: a.example\r\n\r\n"),
              HasSubstr("Location: https://a.example" + target + "\r\n"));
}

TEST_F(PlainSession, F12_refuse_names_the_place_over_https) {
  publish(kRefuse);
  Peer client = connect();
  const std::string answer = answer_to(client, "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, HasSubstr("This site is only available by HTTPS: https://a.example/x"));
}

TEST_F(PlainSession, F12_keep_serves_it) {
  publish({});
  Peer client = connect();
  client.say(kGet);
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  EXPECT_THAT(app_side->heard(), HasSubstr("X-Forwarded-Proto: http\r\n"));
}

TEST_F(PlainSession, F12_a_route_may_have_another_policy) {
  publish(kRedirect, PlainPolicy::keep);
  Peer client = connect();
  EXPECT_THAT(answer_to(client, kGet), StartsWith("HTTP/1.1 301 "));
  client.say("GET /open/x HTTP/1.1\r\nHost: a.example\r\n\r\n");
  auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  app_side->say(kOk);
  settle();
  EXPECT_THAT(client.heard(), EndsWith("ok"));
}

TEST_F(PlainSession, F10_loopback_has_its_own_policy) {
  publish({.external = PlainPolicy::refuse, .loopback = PlainPolicy::redirect}, PlainPolicy::keep);
  listener->local = LocalAddress::loopback;
  Peer client = connect();
  EXPECT_THAT(answer_to(client, kGet), StartsWith("HTTP/1.1 301 "));
  EXPECT_THAT(answer_to(client, "GET /open HTTP/1.1\r\nHost: a.example\r\n\r\n"),
              StartsWith("HTTP/1.1 301 "))
      << "a route's policy is about the outside";
}

TEST_F(PlainSession, F11_the_tls_policy_of_a_site_does_not_concern_plain_loopback) {
  constexpr std::uint32_t kAsksForCertificates = 7;
  auto site = std::make_shared<Site>("a.example", kAsksForCertificates);
  site->add_route("/", Refuse{404, "Served."});
  site->set_plain_http(kRedirect);
  routes.add(NamePattern::parse("a.example").value(), site);
  listener->local = LocalAddress::loopback;
  Peer client = connect();
  EXPECT_THAT(answer_to(client, kGet), HasSubstr("Served."));
}

TEST_F(PlainSession, F12_no_header_makes_plain_http_secure_or_local) {
  publish(kRefuse);
  settings.trusted_proxies.push_back(Cidr::parse("192.0.2.0/24").value());
  Peer client = connect();
  EXPECT_THAT(answer_to(client,
                        "GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-Proto: https\r\n"
                        "Forwarded: for=127.0.0.1;proto=https\r\nX-Forwarded-For: 127.0.0.1\r\n"
                        "X-Real-IP: 127.0.0.1\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
}

}  // namespace
}  // namespace gatehouse::edge
