#include "cli/serving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

Serving usual() {
  return {.version = "0.1.0",
          .addresses = {{.url = "https://[::]:8443", .address = "[::]:8443", .everywhere = true}},
          .upstreams = {"http://127.0.0.1:3000"},
          .certificate = Serving::Certificate{.names = {"localhost", "127.0.0.1", "::1", "myhost"},
                                              .issuer = "gatehouse local CA of myhost",
                                              .not_after = WallTime{1'803'000'000s},
                                              .sha256 = "ab12"},
          .anchor = "/state/ca/root.crt",
          .trust_command = "/opt/gatehouse trust install --state /state",
          .pid = 4711,
          .workers = 2};
}

TEST(Serving, tells_a_person_where_with_what_and_how_to_trust_it) {
  EXPECT_EQ(render_serving(usual()),
            "gatehouse 0.1.0 serves\n"
            "  https://localhost:8443  ->  http://127.0.0.1:3000\n"
            "  https://myhost:8443\n"
            "  certificate  localhost, 127.0.0.1, ::1, myhost\n"
            "               made by \"gatehouse local CA of myhost\", valid until 2027-02-19\n"
            "  trust it     /opt/gatehouse trust install --state /state\n"
            "               for your browsers; with sudo before it for all programs of this "
            "machine\n"
            "               or for one command: curl --cacert /state/ca/root.crt "
            "https://localhost:8443\n"
            "  Ctrl-C ends it when the running requests are done.\n");
}

TEST(Serving, an_address_of_its_own_is_told_as_it_is) {
  Serving serving = usual();
  serving.addresses = {{.url = "https://127.0.0.1:41873", .address = "127.0.0.1:41873"},
                       {.url = "http://127.0.0.1:8080", .address = "127.0.0.1:8080", .tls = false}};
  serving.upstreams.clear();
  serving.metrics = "127.0.0.1:9100";
  const std::string text = render_serving(serving);
  EXPECT_THAT(text, HasSubstr("  https://127.0.0.1:41873  ->  a welcome page\n"
                              "  http://127.0.0.1:8080\n"));
  EXPECT_THAT(text, HasSubstr("root.crt https://127.0.0.1:41873\n"));
  EXPECT_THAT(text, HasSubstr("metrics      http://127.0.0.1:9100/metrics\n"));
  EXPECT_THAT(text, Not(HasSubstr("myhost:")));
}

TEST(Serving, routes_are_told_one_by_one) {
  Serving serving = usual();
  serving.routes = {"/api  ->  http://127.0.0.1:9000", "/static  ->  unix:/run/static.sock"};
  EXPECT_THAT(render_serving(serving),
              HasSubstr("https://myhost:8443\n"
                        "  route        /api  ->  http://127.0.0.1:9000\n"
                        "  route        /static  ->  unix:/run/static.sock\n"
                        "  certificate  "));
}

TEST(Serving, a_certificate_of_another_ca_needs_no_trust_of_ours) {
  Serving serving = usual();
  serving.anchor.clear();
  EXPECT_THAT(render_serving(serving), Not(HasSubstr("trust install")));
  EXPECT_THAT(render_serving_json(serving), HasSubstr(R"("anchor":null)"));
}

TEST(Serving, plain_listeners_alone_have_no_certificate) {
  Serving serving = usual();
  serving.certificate.reset();
  serving.addresses = {{.url = "http://127.0.0.1:80", .address = "127.0.0.1:80", .tls = false}};
  EXPECT_THAT(render_serving(serving), HasSubstr("only plain HTTP is served"));
  EXPECT_THAT(render_serving_json(serving), HasSubstr(R"("certificate":null)"));
}

TEST(Serving, a_wildcard_of_the_certificate_is_no_address) {
  Serving serving = usual();
  serving.certificate->names.emplace_back("*.example.org");
  EXPECT_THAT(render_serving(serving), Not(HasSubstr("https://*")));
}

TEST(Serving, the_command_that_trusts_it_can_be_copied_into_a_shell) {
  EXPECT_EQ(trust_command("/src/my gatehouse/build/gatehouse", "/var/lib/gatehouse"),
            "'/src/my gatehouse/build/gatehouse' trust install --state /var/lib/gatehouse");
  Serving serving = usual();
  serving.anchor = "/my state/ca/root.crt";
  EXPECT_THAT(render_serving(serving), HasSubstr("curl --cacert '/my state/ca/root.crt' https"));
}

TEST(Serving, tells_a_program_in_one_line) {
  Serving serving = usual();
  serving.addresses = {{.url = "https://127.0.0.1:41873", .address = "127.0.0.1:41873"}};
  const std::string line = render_serving_json(serving);
  EXPECT_EQ(
      line,
      R"({"serving":[{"url":"https://127.0.0.1:41873","address":"127.0.0.1:41873","tls":true}],)"
      R"("certificate":{"names":["localhost","127.0.0.1","::1","myhost"],)"
      R"("issuer":"gatehouse local CA of myhost","not_after":"2027-02-19T01:20:00Z",)"
      R"("sha256":"ab12"},"anchor":"/state/ca/root.crt","metrics":null,"pid":4711,)"
      R"("workers":2})"
      "\n");
  EXPECT_TRUE(testing::JsonCheck::valid(std::string_view(line).substr(0, line.size() - 1)));
}

TEST(Serving, any_name_and_path_makes_valid_json) {
  Serving serving = usual();
  serving.anchor = "/sta\"te\\\n\xff/root.crt";
  serving.certificate->issuer = "A \"B\" C";
  serving.metrics = "127.0.0.1:9100";
  const std::string line = render_serving_json(serving);
  EXPECT_TRUE(testing::JsonCheck::valid(std::string_view(line).substr(0, line.size() - 1))) << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

}  // namespace
}  // namespace gatehouse::cli
