#include <gmock/gmock.h>

#include "edge/session/testing.h"

// What a request is called, on its way to the application.

namespace gatehouse::edge {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using testing::Edge;
using ::testing::HasSubstr;
using testing::kGet;
using ::testing::Not;
using testing::Peer;

constexpr std::string_view kTraceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class RequestIdentityTest : public Edge {
 protected:
  // What the application gets of a request with these field lines.
  std::string forwarded(std::string_view field_lines) {
    client = std::make_unique<Peer>(connect());
    client->say(fmt::format("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", field_lines));
    settle();
    if (auto fresh = app->accept()) app_side = std::move(fresh);
    settle();
    std::string text = app_side->heard();
    app_side->say(testing::kOk);
    settle();
    return text;
  }
  void trust_everybody() {
    settings.trusted_proxies.push_back(Cidr::parse("192.0.2.0/24").value());
  }
  static std::string value_of(std::string_view name, const std::string& head) {
    const std::string start = fmt::format("\r\n{}: ", name);
    const auto at = head.find(start);
    if (at == std::string::npos) return "";
    const auto begin = at + start.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

  std::unique_ptr<Peer> client;
  std::unique_ptr<Peer> app_side;
};

TEST_F(RequestIdentityTest, a_request_without_names_gets_them_and_they_belong_together) {
  const std::string head = forwarded("");
  const std::string id = value_of("X-Request-Id", head);
  EXPECT_EQ(id.size(), 32u);
  const std::string traceparent = value_of("traceparent", head);
  EXPECT_EQ(http::trace_id_of(traceparent), id);
  EXPECT_TRUE(traceparent.ends_with("-00")) << "nobody has decided to record it";
  const std::string other = forwarded("");
  EXPECT_NE(value_of("X-Request-Id", other), id);
  EXPECT_NE(value_of("traceparent", other), traceparent);
}

TEST_F(RequestIdentityTest, a_valid_trace_is_passed_on_as_it_is) {
  const std::string head =
      forwarded(fmt::format("Traceparent: {}\r\nTracestate: a=1,b=2\r\n", kTraceparent));
  EXPECT_THAT(head, HasSubstr(fmt::format("Traceparent: {}\r\n", kTraceparent)));
  EXPECT_THAT(head, HasSubstr("Tracestate: a=1,b=2\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\r\ntraceparent:")));
}

TEST_F(RequestIdentityTest, a_trace_that_is_none_begins_anew_without_its_state) {
  const std::string head = forwarded("traceparent: 00-0-0-0\r\ntracestate: a=1\r\n");
  EXPECT_THAT(head, AllOf(Not(HasSubstr("00-0-0-0")), Not(HasSubstr("tracestate"))));
  EXPECT_FALSE(http::trace_id_of(value_of("traceparent", head)).empty());
  EXPECT_THAT(forwarded("tracestate: a=1\r\n"), Not(HasSubstr("tracestate")));
}

TEST_F(RequestIdentityTest, a_client_does_not_choose_its_request_id) {
  const std::string head = forwarded("X-Request-Id: mine\r\n");
  EXPECT_THAT(head, Not(HasSubstr("mine")));
  EXPECT_EQ(value_of("X-Request-Id", head).size(), 32u);
}

TEST_F(RequestIdentityTest, a_trusted_proxy_does) {
  trust_everybody();
  EXPECT_EQ(value_of("X-Request-Id", forwarded("X-Request-Id: 1-abc/def\r\n")), "1-abc/def");
  const std::string head = forwarded("X-Request-Id: two words\r\n");
  EXPECT_EQ(value_of("X-Request-Id", head).size(), 32u);
  const std::string too_long = fmt::format("X-Request-Id: {}\r\n", std::string(200, 'x'));
  EXPECT_EQ(value_of("X-Request-Id", forwarded(too_long)).size(), 32u);
}

TEST_F(RequestIdentityTest, error_pages_show_the_id_that_the_log_has) {
  trust_everybody();
  auto site = std::make_shared<Site>("default", 0);
  site->add_route("/", Refuse{404, "Nothing."});
  routes.set_default(site);
  Peer peer = connect();
  EXPECT_THAT(answer_to(peer, "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\n\r\n"),
              HasSubstr("Request id: abc-1"));
}

}  // namespace
}  // namespace gatehouse::edge
