#include "base/metrics.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace gatehouse {
namespace {

// In the order of the enums.
constexpr std::array<std::string_view, 10> kMethods{
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "OTHER"};
constexpr std::array<std::string_view, 5> kProtocols{"HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/3.0",
                                                     "unknown"};
constexpr std::array<std::string_view, 3> kVersions{"TLSv1.2", "TLSv1.3", "unknown"};
constexpr std::array<std::string_view, 6> kGroups{"X25519MLKEM768", "X25519", "P-256",
                                                  "P-384",          "other",  "none"};
constexpr std::array<std::string_view, 6> kHandshakes{"full",    "resumed",   "refused",
                                                      "aborted", "timed_out", "not_tls"};
constexpr std::array<std::string_view, 4> kStates{"handshaking", "idle", "active", "tunnel"};
constexpr std::array<std::string_view, 9> kUpstreamResults{
    "answered",           "refused",      "unreachable",      "unresolved", "connect_timed_out",
    "response_timed_out", "closed_early", "invalid_response", "cancelled"};
constexpr std::string_view kOther = "OTHER";

template <class Enum>
constexpr std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

// What a request is counted under, in one number that is never zero.
struct RequestKey {
  std::uint32_t site;
  int code;
  std::size_t method;
  std::size_t protocol;

  std::uint64_t pack() const {
    return std::uint64_t{site} << 32 | std::uint64_t{1} << 31 |
           static_cast<std::uint64_t>(code) << 8 | method << 4 | protocol;
  }
  static RequestKey unpack(std::uint64_t key) {
    return {static_cast<std::uint32_t>(key >> 32), static_cast<int>(key >> 8 & 0x3ff),
            key >> 4 & 0xf, key & 0xf};
  }
};

std::uint64_t pack_upstream(std::uint32_t upstream, UpstreamResult result) {
  return std::uint64_t{upstream} << 32 | std::uint64_t{1} << 31 | index(result);
}

}  // namespace

HttpMethod http_method(std::string_view method) {
  const auto known = std::ranges::find(kMethods, method);
  return known == kMethods.end() ? HttpMethod::other
                                 : static_cast<HttpMethod>(known - kMethods.begin());
}

TlsVersion tls_version(std::uint16_t wire) {
  if (wire == 0x0304) return TlsVersion::tls_1_3;
  return wire == 0x0303 ? TlsVersion::tls_1_2 : TlsVersion::unknown;
}

TlsGroup tls_group(std::uint16_t wire) {
  switch (wire) {
    case 0: return TlsGroup::none;
    case 0x11ec: return TlsGroup::x25519_mlkem768;
    case 29: return TlsGroup::x25519;
    case 23: return TlsGroup::p256;
    case 24: return TlsGroup::p384;
    default: return TlsGroup::other;
  }
}

std::uint32_t MetricLabels::number(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
  if (names_.size() == kMost) return kMost;
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.emplace_back(name);
  numbers_.emplace(name, number);
  return number;
}

std::string MetricLabels::name(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  return number < names_.size() ? names_[number] : std::string(kOther);
}

void WorkerMetrics::request(const Request& request) {
  const int code = request.code >= 100 && request.code <= 599 ? request.code : 0;
  requests_.add(
      RequestKey{request.site, code, index(request.method), index(request.protocol)}.pack());
  durations_.record(request.duration);
}

std::uint64_t WorkerMetrics::connections(std::size_t listener) const {
  std::int64_t open = 0;
  for (const Gauge& gauge : listeners_[std::min(listener, kListeners - 1)].connections) {
    open += gauge.value();
  }
  return open < 0 ? 0 : static_cast<std::uint64_t>(open);
}

std::uint64_t WorkerMetrics::requests() const {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < DurationHistogram::kBuckets; ++i) all += durations_.in_bucket(i);
  return all;
}

void WorkerMetrics::handshake(TlsVersion version, TlsGroup group, HandshakeResult result) {
  const std::size_t place =
      (index(version) * kGroups + index(group)) * kHandshakeResults + index(result);
  handshakes_[place].add();
}

void WorkerMetrics::upstream(std::uint32_t upstream, UpstreamResult result) {
  upstreams_.add(pack_upstream(upstream, result));
}

// The text of one scrape; sums what the workers counted.
class MetricsPage {
 public:
  explicit MetricsPage(const MetricsInput& input) : input_(input) {}

  std::string text() {
    requests();
    durations();
    handshakes();
    connections();
    upstreams();
    certificates();
    own();
    process();
    return std::move(out_);
  }

 private:
  void family(std::string_view name, std::string_view type, std::string_view help);
  void label(std::string_view name, std::string_view value);
  template <class Value>
  void sample(std::string_view name, const Value& value);
  template <class Value>
  void single(std::string_view name, std::string_view type, std::string_view help,
              const Value& value);

  // Sums a counter table of all workers: key -> count, in the order of the keys.
  template <class Table>
  std::pair<std::map<std::uint64_t, std::uint64_t>, std::uint64_t> sum_of(
      Table WorkerMetrics::* table) const;
  // Sums one number of all workers.
  template <class Get>
  auto sum(Get get) const;

  void requests();
  void durations();
  void handshakes();
  void connections();
  void listener_counter(std::string_view name, std::string_view help,
                        Counter WorkerMetrics::Listener::* counter);
  void upstreams();
  void certificates();
  void own();
  void process();

  const MetricsInput& input_;
  std::string out_;
  std::string labels_;
};

void MetricsPage::family(std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void MetricsPage::label(std::string_view name, std::string_view value) {
  if (!labels_.empty()) labels_ += ',';
  fmt::format_to(std::back_inserter(labels_), "{}=\"", name);
  for (const char c : value) {
    if (c == '\\' || c == '"') labels_ += '\\';
    c == '\n' ? labels_ += "\\n" : labels_ += c;
  }
  labels_ += '"';
}

template <class Value>
void MetricsPage::sample(std::string_view name, const Value& value) {
  const auto to = std::back_inserter(out_);
  labels_.empty() ? fmt::format_to(to, "{} {}\n", name, value)
                  : fmt::format_to(to, "{}{{{}}} {}\n", name, labels_, value);
  labels_.clear();
}

template <class Value>
void MetricsPage::single(std::string_view name, std::string_view type, std::string_view help,
                         const Value& value) {
  family(name, type, help);
  sample(name, value);
}

template <class Table>
std::pair<std::map<std::uint64_t, std::uint64_t>, std::uint64_t> MetricsPage::sum_of(
    Table WorkerMetrics::* table) const {
  std::map<std::uint64_t, std::uint64_t> counts;
  std::uint64_t overflow = 0;
  for (const WorkerMetrics* worker : input_.workers) {
    (worker->*table).each([&](std::uint64_t key, std::uint64_t count) { counts[key] += count; });
    overflow += (worker->*table).overflow();
  }
  return {std::move(counts), overflow};
}

template <class Get>
auto MetricsPage::sum(Get get) const {
  decltype(get(*input_.workers[0])) total = 0;
  for (const WorkerMetrics* worker : input_.workers) total += get(*worker);
  return total;
}

void MetricsPage::requests() {
  constexpr std::string_view kName = "gatehouse_http_requests_total";
  family(kName, "counter",
         "HTTP requests that were answered, by site, status, method and protocol.");
  const auto [counts, overflow] = sum_of(&WorkerMetrics::requests_);
  for (const auto& [packed, count] : counts) {
    const RequestKey key = RequestKey::unpack(packed);
    label("site", input_.labels.name(key.site));
    label("code", key.code == 0 ? std::string(kOther) : std::to_string(key.code));
    label("method", kMethods[key.method]);
    label("proto", kProtocols[key.protocol]);
    sample(kName, count);
  }
  if (overflow == 0) return;
  for (const std::string_view name : {"site", "code", "method", "proto"}) label(name, kOther);
  sample(kName, overflow);
}

void MetricsPage::durations() {
  constexpr std::string_view kName = "gatehouse_http_request_duration_seconds";
  family(kName, "histogram", "From the first byte of a request to the last byte of its response.");
  const std::string bucket_name = fmt::format("{}_bucket", kName);
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < DurationHistogram::kBuckets; ++bucket) {
    count += sum([=](const WorkerMetrics& worker) { return worker.durations_.in_bucket(bucket); });
    const bool last = bucket + 1 == DurationHistogram::kBuckets;
    const double bound =
        std::chrono::duration<double>(DurationHistogram::upper_bound(bucket)).count();
    label("le", last ? "+Inf" : fmt::format("{}", bound));
    sample(bucket_name, count);
  }
  const auto ns = sum([](const WorkerMetrics& worker) { return worker.durations_.sum_ns(); });
  sample(fmt::format("{}_sum", kName), static_cast<double>(ns) / 1e9);
  // The same number as the last bucket: they must agree.
  sample(fmt::format("{}_count", kName), count);
}

void MetricsPage::handshakes() {
  constexpr std::string_view kName = "gatehouse_tls_handshakes_total";
  family(kName, "counter", "TLS handshakes with clients, by version, key exchange and result.");
  for (std::size_t place = 0; place < WorkerMetrics::kHandshakePlaces; ++place) {
    const auto count =
        sum([=](const WorkerMetrics& worker) { return worker.handshakes_[place].value(); });
    if (count == 0) continue;
    label("version",
          kVersions[place / (WorkerMetrics::kGroups * WorkerMetrics::kHandshakeResults)]);
    label("group", kGroups[place / WorkerMetrics::kHandshakeResults % WorkerMetrics::kGroups]);
    label("result", kHandshakes[place % WorkerMetrics::kHandshakeResults]);
    sample(kName, count);
  }
}

void MetricsPage::connections() {
  constexpr std::string_view kName = "gatehouse_connections";
  family(kName, "gauge", "Connections of clients that are open now.");
  const std::size_t listeners = std::min(input_.listeners.size(), WorkerMetrics::kListeners);
  for (std::size_t listener = 0; listener < listeners; ++listener) {
    for (std::size_t state = 0; state < WorkerMetrics::kStates; ++state) {
      label("listener", input_.listeners[listener]);
      label("state", kStates[state]);
      sample(kName, sum([=](const WorkerMetrics& worker) {
               return worker.listeners_[listener].connections[state].value();
             }));
    }
  }
  listener_counter("gatehouse_connections_accepted_total", "Connections that were accepted.",
                   &WorkerMetrics::Listener::accepted);
  listener_counter("gatehouse_connections_turned_away_total",
                   "Connections that were closed at once because a limit was reached.",
                   &WorkerMetrics::Listener::turned_away);
}

void MetricsPage::listener_counter(std::string_view name, std::string_view help,
                                   Counter WorkerMetrics::Listener::* counter) {
  family(name, "counter", help);
  const std::size_t listeners = std::min(input_.listeners.size(), WorkerMetrics::kListeners);
  for (std::size_t listener = 0; listener < listeners; ++listener) {
    label("listener", input_.listeners[listener]);
    sample(name, sum([=](const WorkerMetrics& worker) {
             return (worker.listeners_[listener].*counter).value();
           }));
  }
}

void MetricsPage::upstreams() {
  constexpr std::string_view kName = "gatehouse_upstream_requests_total";
  family(kName, "counter", "Requests to upstreams, each try counted, by how it ended.");
  const auto [counts, overflow] = sum_of(&WorkerMetrics::upstreams_);
  for (const auto& [key, count] : counts) {
    label("upstream", input_.labels.name(static_cast<std::uint32_t>(key >> 32)));
    label("result", kUpstreamResults[key & 0xff]);
    sample(kName, count);
  }
  if (overflow == 0) return;
  label("upstream", kOther);
  label("result", kOther);
  sample(kName, overflow);
}

void MetricsPage::certificates() {
  constexpr std::string_view kName = "gatehouse_cert_not_after_timestamp_seconds";
  family(kName, "gauge", "When a certificate expires, in seconds since the epoch.");
  for (const CertificateExpiry& certificate : input_.certificates) {
    label("name", certificate.name);
    sample(
        kName,
        std::chrono::floor<std::chrono::seconds>(certificate.not_after.time_since_epoch()).count());
  }
}

void MetricsPage::own() {
  single("gatehouse_access_log_dropped_total", "counter",
         "Access log lines that were lost because they could not be written fast enough.",
         input_.access_log_dropped);
  single("gatehouse_workers", "gauge", "Worker threads.", input_.workers.size());
  family("gatehouse_build_info", "gauge", "The version that runs; the value is always 1.");
  label("version", input_.version);
  sample("gatehouse_build_info", 1);
}

void MetricsPage::process() {
  const ProcessFacts& facts = input_.process;
  single("process_cpu_seconds_total", "counter", "User and system CPU time spent.",
         facts.cpu_seconds);
  single("process_open_fds", "gauge", "Open file descriptors.", facts.open_fds);
  single("process_max_fds", "gauge", "Most file descriptors that may be open.", facts.max_fds);
  single("process_resident_memory_bytes", "gauge", "Resident memory.", facts.resident_bytes);
  single("process_virtual_memory_bytes", "gauge", "Virtual memory.", facts.virtual_bytes);
  single("process_threads", "gauge", "Threads.", facts.threads);
  // Whole digits: as an exponent it would lose the seconds.
  single("process_start_time_seconds", "gauge", "Start of the process since the epoch.",
         fmt::format("{:.2f}", facts.start_time));
}

std::string render_metrics(const MetricsInput& input) { return MetricsPage(input).text(); }

}  // namespace gatehouse
