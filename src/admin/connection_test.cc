// Requests on the admin socket: what is answered and what is refused.

#include <gmock/gmock.h>

#include "admin/request.h"
#include "admin/testing/connections.h"

namespace gatehouse::admin {
namespace {

using control::Role;
using ::testing::AllOf;
using testing::Client;
using testing::Connections;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::kStatus;
using ::testing::Not;
using ::testing::StartsWith;

// ------------------------------------------------------------------ requests one after the other

TEST_F(Connections, carries_one_call_after_the_other) {
  Client client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(request(kStatus, "{}"));
    settle();
    EXPECT_THAT(client.receive(), AllOf(StartsWith("HTTP/1.1 200 "), Not(HasSubstr("close"))));
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Connections, answers_pipelined_calls_in_their_order) {
  Client client = connect();
  client.send(request(kStatus, "{}") + request("SiteService/List", R"({"owner":"x"})") +
              request("ConfigurationService/Get", ""));
  settle();
  const std::string answers = client.receive();
  EXPECT_EQ(count(answers, "HTTP/1.1 200 "), 3u);
  EXPECT_LT(answers.find("version"), answers.find("owner"));
  EXPECT_LT(answers.find("owner"), answers.find("revision"));
}

TEST_F(Connections, takes_a_request_byte_by_byte) {
  Client client = connect();
  for (const char byte : request(kStatus, "{ }")) {
    client.send({&byte, 1});
    settle();
  }
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Connections, takes_content_in_chunks) {
  const std::string head =
      "POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
      "application/json; charset=UTF-8\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(ask(head + "5\r\n{\"own\r\n9\r\ner\":\"ab\"}\r\n0\r\n\r\n"),
              HasSubstr(R"("owner":"ab")"));
}

TEST_F(Connections, a_client_that_ends_its_side_still_gets_its_answer) {
  Client client = connect();
  client.send(request(kStatus, "{}"));
  client.end_our_side();
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(Connections, a_client_that_asks_for_the_end_gets_it) {
  Client client = connect();
  client.send(request(kStatus, "{}", "Connection: close\r\n"));
  settle();
  EXPECT_THAT(client.receive(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.ended());
}

TEST_F(Connections, a_client_that_waits_for_100_is_told_to_go_on) {
  Client client = connect();
  const std::string whole = request(kStatus, "{}", "Expect: 100-continue\r\n");
  client.send(whole.substr(0, whole.size() - 2));
  settle();
  EXPECT_EQ(client.receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Connections, a_client_that_waits_for_100_and_may_not_is_told_at_once) {
  policy(Role::none);
  Client client = connect();
  const std::string whole = request(kStatus, "{}", "Expect: 100-continue\r\n");
  client.send(whole.substr(0, whole.size() - 2));
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 403 "));
}

TEST_F(Connections, HTTP_1_0_is_answered_and_closed) {
  Client client = connect();
  client.send(
      "POST /gatehouse.v1.StatusService/Get HTTP/1.0\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(client.ended());
}

// ------------------------------------------------------------------ what is refused

struct Wrong {
  const char* request;
  const char* status;
  const char* why;
};

TEST_F(Connections, what_is_no_call_is_refused_with_a_status_and_a_sentence) {
  for (const auto& [bytes, status, why] : {
           Wrong{"GET / HTTP/1.1\r\nHost: g\r\n\r\n", "404", "no such method"},
           Wrong{"POST /gatehouse.v1.SiteService/Drop HTTP/1.1\r\nHost: g\r\n\r\n", "404",
                 "no such method"},
           Wrong{"POST /metrics HTTP/1.1\r\nHost: g\r\n\r\n", "405", "Allow: GET\r\n"},
           Wrong{"GET /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\n\r\n", "405",
                 "Allow: POST\r\n"},
           Wrong{"OPTIONS * HTTP/1.1\r\nHost: g\r\n\r\n", "404", "no such method"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\n\r\n", "415",
                 "content type is missing"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "text/plain\r\n\r\n",
                 "415", "takes application/json"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json; charset=latin1\r\n\r\n",
                 "415", "takes application/json"},
           Wrong{"POST /gatehouse.v1.EventService/Watch HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json\r\n\r\n",
                 "415", "takes application/connect+json"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json\r\nContent-Encoding: gzip\r\n\r\n",
                 "415", "Compressed"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json\r\nConnect-Protocol-Version: 2\r\n\r\n",
                 "400", "version 1"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json\r\nConnect-Timeout-Ms: soon\r\n\r\n",
                 "400", "at most ten digits"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json\r\nConnect-Timeout-Ms: 12345678901\r\n\r\n",
                 "400", "at most ten digits"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json\r\nContent-Length: 4194305\r\n\r\n",
                 "413", "larger than 4 MiB"},
           Wrong{"POST /gatehouse.v1.EventService/Watch HTTP/1.0\r\nContent-Type: "
                 "application/connect+json\r\n\r\n",
                 "400", "needs HTTP/1.1"},
       }) {
    const std::string answer = ask(bytes);
    EXPECT_THAT(answer, StartsWith(fmt::format("HTTP/1.1 {} ", status))) << bytes;
    EXPECT_THAT(answer, AllOf(HasSubstr(why), HasSubstr("Content-Type: application/json\r\n")))
        << bytes;
    EXPECT_FALSE(api::read_error(body_of(answer), 0).what.empty()) << bytes;
  }
}

TEST_F(Connections, what_is_no_request_is_refused_and_the_connection_ends) {
  for (const auto& [bytes, status, why] : {
           Wrong{"nonsense\r\n\r\n", "400", "invalid_argument"},
           Wrong{"GET /metrics HTTP/1.1\r\n\r\n", "400", "Host"},
           Wrong{"POST /x HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                 "400", "Content-Length"},
           Wrong{"POST /x HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n",
                 "400", "invalid_argument"},
           Wrong{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400", "TLS"},
           Wrong{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", "invalid_argument"},
           Wrong{"POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                 "application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                 "400", "chunk"},
       }) {
    Client client = connect();
    client.send(bytes);
    client.end_our_side();
    settle();
    const std::string answer = client.receive();
    EXPECT_THAT(answer, StartsWith(fmt::format("HTTP/1.1 {}", status))) << bytes;
    EXPECT_THAT(answer, AllOf(HasSubstr(why), HasSubstr("Connection: close\r\n"))) << bytes;
    EXPECT_TRUE(client.ended()) << bytes;
  }
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(Connections, a_head_beyond_the_limit_is_refused) {
  Client client = connect();
  send_all(client, "GET /metrics HTTP/1.1\r\nHost: g\r\nX-Long: " + std::string(40'000, 'x'));
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(Connections, content_of_unsaid_length_beyond_the_limit_is_refused_and_not_kept) {
  Client client = connect();
  client.send(
      "POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
      "application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(65536, ' ') + "\r\n";
  std::string answer;
  for (int i = 0; i < 80 && answer.empty(); ++i) {
    send_all(client, chunk);
    answer = client.receive();
  }
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("resource_exhausted")));
  EXPECT_TRUE(plane.changes.empty());
}

TEST_F(Connections, content_up_to_the_limit_is_taken) {
  std::string json = R"({"owner":"ops"})";
  json.resize(kMostBody, ' ');
  Client client = connect();
  send_all(client, request("SiteService/List", json));
  EXPECT_THAT(client.receive(), HasSubstr(R"("owner":"ops")"));
}

TEST_F(Connections, the_answer_to_HEAD_has_no_content) {
  Client client = connect();
  client.send("HEAD /metrics HTTP/1.1\r\nHost: g\r\n\r\n");
  settle();
  EXPECT_THAT(client.receive(), AllOf(StartsWith("HTTP/1.1 405 "), EndsWith("\r\n\r\n")));
}

TEST_F(Connections, a_refusal_without_content_keeps_the_connection) {
  Client client = connect();
  client.send("GET /nothing HTTP/1.1\r\nHost: g\r\n\r\n" + request(kStatus, "{}"));
  settle();
  const std::string answers = client.receive();
  EXPECT_EQ(count(answers, "HTTP/1.1 404 "), 1u);
  EXPECT_EQ(count(answers, "HTTP/1.1 200 "), 1u);
}

}  // namespace
}  // namespace gatehouse::admin
