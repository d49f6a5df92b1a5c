// Connections to the admin socket: deadlines, calls that take time, many at once, and the end.

#include <gmock/gmock.h>

#include "admin/request.h"
#include "admin/testing/connections.h"

namespace gatehouse::admin {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::Client;
using testing::Connections;
using ::testing::HasSubstr;
using testing::kStatus;
using ::testing::StartsWith;

// ------------------------------------------------------------------ deadlines

TEST_F(Connections, a_head_that_does_not_come_in_time_ends_it) {
  Client client = connect();
  client.send("POST /gatehouse");
  settle();
  for (int i = 0; i < 9; ++i) {
    advance(1s);
    client.send(".");
    settle();
  }
  EXPECT_EQ(client.receive(), "");
  advance(1100ms);
  EXPECT_THAT(client.receive(), AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("deadline_exceeded")));
  EXPECT_TRUE(client.ended());
  advance(3s);
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(Connections, content_that_does_not_come_in_time_ends_it) {
  Client client = connect();
  const std::string whole = request(kStatus, "{}");
  client.send(whole.substr(0, whole.size() - 1));
  settle();
  advance(9s);
  EXPECT_EQ(client.receive(), "");
  advance(1100ms);
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(Connections, one_that_waits_between_calls_for_too_long_is_closed) {
  Client client = connect();
  client.send(request(kStatus, "{}"));
  settle();
  advance(59s);
  client.receive();
  EXPECT_FALSE(client.ended());
  advance(2s);
  client.receive();
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(Connections, a_client_that_does_not_read_its_answer_is_left) {
  plane.prometheus = std::string(std::size_t{4} << 20, 'm');
  Client client = connect();
  client.send("GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n");
  settle();
  EXPECT_EQ(server.connections(), 1u);
  advance(11s);
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(Connections, a_client_that_reads_slowly_gets_all_of_it) {
  plane.prometheus = std::string(std::size_t{4} << 20, 'm');
  Client client = connect();
  client.send("GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n");
  settle();
  std::string answer;
  for (int i = 0; i < 200 && body_of(answer).size() < plane.prometheus.size(); ++i) {
    answer += client.receive();
    advance(5s);
  }
  EXPECT_EQ(body_of(answer).size(), plane.prometheus.size());
}

TEST_F(Connections, what_a_refused_client_still_sends_is_thrown_away_for_a_while) {
  Client client = connect();
  client.send(
      "POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
      "application/json\r\nContent-Length: 5000000\r\n\r\n");
  settle();
  send_all(client, std::string(1'000'000, ' '));
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(server.connections(), 1u);
  advance(3s);
  EXPECT_EQ(server.connections(), 0u);
}

// ------------------------------------------------------------------ calls that take time

const std::string kReload = "ConfigurationService/Reload";

TEST_F(Connections, a_change_that_outlasts_its_time_limit_goes_on) {
  plane.waits = true;
  Client client = connect();
  client.send(request(kReload, "{}", "Connect-Timeout-Ms: 3000\r\n"));
  settle();
  advance(2s);
  EXPECT_EQ(client.receive(), "");
  advance(1100ms);
  const std::string answer = client.receive();
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 504 "), HasSubstr("What it began goes on")));
  EXPECT_EQ(api::read_error(body_of(answer), 0).kind, ErrorKind::timed_out);
  plane.go_on();
  settle();
  EXPECT_EQ(plane.finished, 1);
  EXPECT_EQ(plane.cancelled, 0);
}

TEST_F(Connections, a_time_limit_beyond_ours_is_cut_to_it) {
  plane.waits = true;
  Client client = connect();
  client.send(request(kReload, "{}", "Connect-Timeout-Ms: 9999999999\r\n"));
  settle();
  advance(kLongestCall - 1s);
  EXPECT_EQ(client.receive(), "");
  advance(2s);
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 504 "));
}

TEST_F(Connections, a_change_goes_on_when_its_client_leaves) {
  plane.waits = true;
  Client client = connect();
  client.send(request(kReload, "{}"));
  settle();
  client.close();
  settle();
  plane.go_on();
  settle();
  EXPECT_EQ(plane.finished, 1);
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(Connections, others_are_served_while_one_waits) {
  plane.waits = true;
  Client client = connect();
  client.send(request(kReload, "{}"));
  settle();
  EXPECT_THAT(call(kStatus, "{}"), StartsWith("HTTP/1.1 200 "));
  plane.go_on();
}

// ------------------------------------------------------------------ many, and the end

TEST_F(Connections, beyond_the_limit_connections_are_closed) {
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kMostConnections; ++i) clients.push_back(connect());
  Client late = connect();
  late.receive();
  EXPECT_TRUE(late.ended());
  EXPECT_THAT(log_file.text(), HasSubstr("too many connections"));
  clients.front().close();
  settle();
  EXPECT_THAT(call(kStatus, "{}"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Connections, stopping_ends_idle_connections_and_answers_running_calls) {
  plane.waits = true;
  Client idle = connect();
  Client busy = connect();
  busy.send(request(kReload, "{}"));
  settle();
  begin_stop(30s);
  idle.receive();
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(stopped());
  plane.go_on();
  settle();
  EXPECT_THAT(busy.receive(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close")));
  EXPECT_TRUE(busy.ended());
  busy.close();
  settle();
  EXPECT_TRUE(stopped());
}

TEST_F(Connections, stopping_cancels_what_is_left_at_its_deadline) {
  plane.waits = true;
  Client busy = connect();
  busy.send(request(kReload, "{}"));
  settle();
  begin_stop(5s);
  advance(6s);
  EXPECT_TRUE(stopped());
  EXPECT_EQ(plane.cancelled, 1);
  EXPECT_EQ(server.connections(), 0u);
}

}  // namespace
}  // namespace gatehouse::admin
