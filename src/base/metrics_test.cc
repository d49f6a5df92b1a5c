#include "base/metrics.h"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::lines_of;
using ::testing::Not;

class MetricsTest : public ::testing::Test {
 protected:
  std::string render() {
    const std::array<const WorkerMetrics*, 2> workers{&one_, &two_};
    return render_metrics({.workers = workers,
                           .labels = labels_,
                           .listeners = listeners_,
                           .certificates = certificates_,
                           .access_log_dropped = 7,
                           .process = process_,
                           .version = "0.1.0"});
  }
  bool has(const std::string& line) {
    const auto lines = lines_of(render());
    return std::ranges::find(lines, line) != lines.end();
  }
  void count(WorkerMetrics& worker, int code, std::string_view method = "GET") {
    worker.request({.site = site_,
                    .code = code,
                    .method = http_method(method),
                    .protocol = HttpProtocol::http_1_1,
                    .duration = 150us});
  }

  MetricLabels labels_;
  std::uint32_t site_ = labels_.number("localhost");
  std::uint32_t upstream_ = labels_.number("127.0.0.1:3000");
  std::vector<std::string> listeners_{":8443"};
  std::vector<CertificateExpiry> certificates_;
  ProcessFacts process_;
  WorkerMetrics one_;
  WorkerMetrics two_;
};

TEST_F(MetricsTest, requests_of_all_workers_are_summed_by_their_labels) {
  count(one_, 200);
  count(two_, 200);
  count(two_, 404, "HEAD");
  EXPECT_TRUE(
      has("gatehouse_http_requests_total{site=\"localhost\",code=\"200\",method=\"GET\","
          "proto=\"HTTP/1.1\"} 2"));
  EXPECT_TRUE(
      has("gatehouse_http_requests_total{site=\"localhost\",code=\"404\",method=\"HEAD\","
          "proto=\"HTTP/1.1\"} 1"));
}

TEST_F(MetricsTest, every_known_method_has_its_name_and_the_others_share_one) {
  for (const std::string_view method :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}) {
    count(one_, 200, method);
    EXPECT_THAT(render(), HasSubstr(fmt::format("method=\"{}\"", method)));
  }
  count(one_, 200, "BREW");
  count(one_, 200, "get");
  EXPECT_TRUE(
      has("gatehouse_http_requests_total{site=\"localhost\",code=\"200\",method=\"OTHER\","
          "proto=\"HTTP/1.1\"} 2"));
}

TEST_F(MetricsTest, a_status_out_of_range_is_other) {
  count(one_, 999);
  count(one_, -1);
  EXPECT_TRUE(
      has("gatehouse_http_requests_total{site=\"localhost\",code=\"OTHER\",method=\"GET\","
          "proto=\"HTTP/1.1\"} 2"));
}

TEST_F(MetricsTest, no_client_can_make_the_page_grow_without_bound) {
  for (std::uint32_t site = 0; site < 100'000; ++site) {
    one_.request(
        {.site = site, .code = 200, .method = HttpMethod::get, .protocol = HttpProtocol::http_1_1});
  }
  EXPECT_LE(lines_of(render()).size(), 2300U);
  EXPECT_THAT(render(), HasSubstr("gatehouse_http_requests_total{site=\"OTHER\",code=\"OTHER\","
                                  "method=\"OTHER\",proto=\"OTHER\"} "));
}

TEST_F(MetricsTest, the_histogram_is_cumulative_and_agrees_with_its_count) {
  for (const auto duration : {50us, 150us, 3000us}) {
    one_.request({.site = site_,
                  .code = 200,
                  .method = HttpMethod::get,
                  .protocol = HttpProtocol::http_1_1,
                  .duration = duration});
  }
  two_.request({.site = site_, .code = 504, .duration = 100s});
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_bucket{le=\"0.0001\"} 1"));
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_bucket{le=\"0.0002\"} 2"));
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_bucket{le=\"0.0032\"} 3"));
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_bucket{le=\"52.4288\"} 3"));
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_bucket{le=\"+Inf\"} 4"));
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_count 4"));
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_sum 100.0032"));
}

TEST_F(MetricsTest, handshakes_are_counted_by_version_group_and_result) {
  one_.handshake(tls_version(0x0304), tls_group(0x11ec), HandshakeResult::full);
  two_.handshake(tls_version(0x0304), tls_group(0x11ec), HandshakeResult::full);
  one_.handshake(tls_version(0x0303), tls_group(23), HandshakeResult::resumed);
  one_.handshake(TlsVersion::unknown, TlsGroup::none, HandshakeResult::not_tls);
  EXPECT_TRUE(
      has("gatehouse_tls_handshakes_total{version=\"TLSv1.3\",group=\"X25519MLKEM768\","
          "result=\"full\"} 2"));
  EXPECT_TRUE(has(
      "gatehouse_tls_handshakes_total{version=\"TLSv1.2\",group=\"P-256\",result=\"resumed\"} 1"));
  EXPECT_TRUE(has(
      "gatehouse_tls_handshakes_total{version=\"unknown\",group=\"none\",result=\"not_tls\"} 1"));
}

TEST_F(MetricsTest, connections_move_between_states) {
  one_.accepted(0);
  one_.enter(0, ConnectionState::handshaking);
  one_.change(0, ConnectionState::handshaking, ConnectionState::active);
  two_.enter(0, ConnectionState::active);
  two_.change(0, ConnectionState::active, ConnectionState::active);
  EXPECT_TRUE(has("gatehouse_connections{listener=\":8443\",state=\"active\"} 2"));
  EXPECT_TRUE(has("gatehouse_connections{listener=\":8443\",state=\"handshaking\"} 0"));
  one_.leave(0, ConnectionState::active);
  EXPECT_TRUE(has("gatehouse_connections{listener=\":8443\",state=\"active\"} 1"));
  EXPECT_TRUE(has("gatehouse_connections_accepted_total{listener=\":8443\"} 1"));
  one_.turned_away(0);
  EXPECT_TRUE(has("gatehouse_connections_turned_away_total{listener=\":8443\"} 1"));
}

TEST_F(MetricsTest, upstreams_are_counted_by_how_it_ended) {
  one_.upstream(upstream_, UpstreamResult::answered);
  one_.upstream(upstream_, UpstreamResult::refused);
  two_.upstream(upstream_, UpstreamResult::refused);
  EXPECT_TRUE(
      has("gatehouse_upstream_requests_total{upstream=\"127.0.0.1:3000\",result=\"answered\"} 1"));
  EXPECT_TRUE(
      has("gatehouse_upstream_requests_total{upstream=\"127.0.0.1:3000\",result=\"refused\"} 2"));
}

TEST_F(MetricsTest, certificates_tell_when_they_expire) {
  certificates_.push_back({"localhost", WallTime{1'803'000'000s}});
  EXPECT_TRUE(has("gatehouse_cert_not_after_timestamp_seconds{name=\"localhost\"} 1803000000"));
}

TEST_F(MetricsTest, tells_of_the_process_and_of_lost_log_lines) {
  process_ = {.resident_bytes = 12'582'912,
              .open_fds = 9,
              .cpu_seconds = 0.25,
              .start_time = 1'790'000'000.5};
  EXPECT_TRUE(has("gatehouse_access_log_dropped_total 7"));
  EXPECT_TRUE(has("gatehouse_workers 2"));
  EXPECT_TRUE(has("gatehouse_build_info{version=\"0.1.0\"} 1"));
  EXPECT_TRUE(has("process_resident_memory_bytes 12582912"));
  EXPECT_TRUE(has("process_open_fds 9"));
  EXPECT_TRUE(has("process_cpu_seconds_total 0.25"));
  EXPECT_TRUE(has("process_start_time_seconds 1790000000.50"));
}

TEST_F(MetricsTest, label_values_are_escaped) {
  count(one_, 200);
  site_ = labels_.number("a\"b\\c\nd");
  count(one_, 200);
  EXPECT_THAT(render(), HasSubstr(R"({site="a\"b\\c\nd",)"));
}

TEST_F(MetricsTest, every_family_is_announced_once_and_has_help_and_type) {
  count(one_, 200);
  one_.upstream(upstream_, UpstreamResult::answered);
  std::set<std::string> announced;
  std::string family;
  for (const std::string& line : lines_of(render())) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(announced.insert(family).second) << line;
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_TRUE(line.starts_with("# TYPE " + family + " ")) << line;
    } else {
      EXPECT_TRUE(line.starts_with(family)) << line;
    }
  }
  EXPECT_GE(announced.size(), 15U);
}

TEST_F(MetricsTest, is_rendered_while_workers_count) {
  std::thread worker([this] {
    for (int i = 0; i < 20'000; ++i) {
      count(one_, 200 + i % 100);
      one_.upstream(upstream_, UpstreamResult::answered);
      one_.enter(0, ConnectionState::active);
    }
  });
  for (int i = 0; i < 20; ++i) EXPECT_THAT(render(), Not(HasSubstr("code=\"OTHER\"")));
  worker.join();
  EXPECT_TRUE(has("gatehouse_connections{listener=\":8443\",state=\"active\"} 20000"));
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_count 20000"));
}

TEST_F(MetricsTest, the_text_is_the_same_for_any_number_of_workers) {
  EXPECT_TRUE(has("gatehouse_http_request_duration_seconds_count 0"));
  EXPECT_THAT(render_metrics({.workers = {},
                              .labels = labels_,
                              .listeners = listeners_,
                              .certificates = {},
                              .access_log_dropped = 0,
                              .process = {},
                              .version = "0.1.0"}),
              HasSubstr("gatehouse_connections{listener=\":8443\",state=\"idle\"} 0\n"));
}

TEST(MetricLabels, a_name_keeps_its_number) {
  MetricLabels labels;
  const auto first = labels.number("a");
  EXPECT_NE(labels.number("b"), first);
  EXPECT_EQ(labels.number("a"), first);
  EXPECT_EQ(labels.name(first), "a");
  EXPECT_EQ(labels.name(99), "OTHER");
}

TEST(ProcessFacts, are_true_of_this_process) {
  const auto before = ProcessFacts::read();
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto after = ProcessFacts::read();
  ::close(fd);
  EXPECT_EQ(after.open_fds, before.open_fds + 1);
  EXPECT_GT(before.resident_bytes, 100'000U);
  EXPECT_GE(before.virtual_bytes, before.resident_bytes);
  EXPECT_GE(before.threads, 1U);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_LT(before.start_time, now.count() + 2);
  EXPECT_GT(before.start_time, 1e9);
}

}  // namespace
}  // namespace gatehouse
