#include "base/access_record.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/json_text.h"

namespace gatehouse {
namespace {

constexpr std::string_view kCut = "...";
// Names, numbers and punctuation of a line that has everything, with a margin.
constexpr std::size_t kFrame = 1024;

// Longest values that are logged whole.
constexpr std::size_t kShort = 64;
constexpr std::size_t kText = 256;
constexpr std::size_t kUri = 8192;
static_assert(kFrame + json_string_room(kUri + 7 * kText + 7 * kShort) <= kLongestAccessLine);

class LineWriter {
 public:
  explicit LineWriter(char* at) : at_(at) {}

  void raw(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void text(std::string_view value, std::size_t longest) {
    if (value.size() <= longest) {
      at_ = write_json_string(at_, value);
      return;
    }
    at_ = write_json_string(at_, value.substr(0, longest - kCut.size())) - 1;
    raw("...\"");
  }
  void number(std::uint64_t value) { at_ = std::to_chars(at_, at_ + 20, value).ptr; }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void seconds(std::chrono::nanoseconds duration) {
    fraction(std::max<std::int64_t>(0, duration.count() / 1000), 1'000'000);
  }
  void timestamp(WallTime time) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    fraction(std::max<std::int64_t>(0, ms.count()), 1000);
  }
  char* end() const { return at_; }

 private:
  // value/scale with all digits of the scale; scale is a power of ten.
  void fraction(std::int64_t value, std::int64_t scale) {
    number(static_cast<std::uint64_t>(value / scale));
    *at_++ = '.';
    std::int64_t rest = value % scale;
    for (std::int64_t digit = scale / 10; digit > 0; digit /= 10) {
      *at_++ = static_cast<char>('0' + rest / digit);
      rest %= digit;
    }
  }

  char* at_;
};

void write_tls(LineWriter& line, const AccessRecord::Tls& tls) {
  line.raw(R"(,"tls":{"resumed":)");
  line.boolean(tls.resumed);
  line.raw(R"(,"version":)");
  line.number(tls.version);
  line.raw(R"(,"cipher_suite":)");
  line.number(tls.cipher_suite);
  line.raw(R"(,"proto":)");
  line.text(tls.proto, kShort);
  line.raw(R"(,"server_name":)");
  line.text(tls.server_name, kText);
  line.raw(R"(,"group":)");
  line.text(tls.group, kShort);
  line.raw("}");
}

// An object that appears with its first member.
class HeadersWriter {
 public:
  explicit HeadersWriter(LineWriter& line) : line_(line) {}
  ~HeadersWriter() {
    if (!first_) line_.raw("}");
  }
  HeadersWriter(const HeadersWriter&) = delete;
  HeadersWriter& operator=(const HeadersWriter&) = delete;

  void logged(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    begin(name);
    line_.text(value, kText);
    line_.raw("]");
  }
  void redacted(std::string_view name, bool there) {
    if (!there) return;
    begin(name);
    line_.raw(R"("REDACTED"])");
  }

 private:
  void begin(std::string_view name) {
    line_.raw(first_ ? R"(,"headers":{")" : R"(,")");
    line_.raw(name);
    line_.raw(R"(":[)");
    first_ = false;
  }

  LineWriter& line_;
  bool first_ = true;
};

void write_headers(LineWriter& line, const AccessRecord& record) {
  HeadersWriter headers(line);
  headers.logged("User-Agent", record.user_agent);
  headers.logged("Referer", record.referer);
  headers.redacted("Authorization", record.authorization);
  headers.redacted("Proxy-Authorization", record.proxy_authorization);
  headers.redacted("Cookie", record.cookie);
}

void write_request(LineWriter& line, const AccessRecord& record) {
  line.raw(R"({"remote_ip":)");
  line.text(record.remote_ip, kShort);
  line.raw(R"(,"remote_port":")");  // a string, as Caddy has it
  line.number(record.remote_port);
  line.raw(R"(","client_ip":)");
  line.text(record.client_ip.empty() ? record.remote_ip : record.client_ip, kShort);
  line.raw(R"(,"proto":)");
  line.text(record.proto, kShort);
  line.raw(R"(,"method":)");
  line.text(record.method, kShort);
  line.raw(R"(,"host":)");
  line.text(record.host, kText);
  line.raw(R"(,"uri":)");
  line.text(record.uri, kUri);
  write_headers(line, record);
  if (record.tls) write_tls(line, *record.tls);
  line.raw("}");
}

void write_upstream(LineWriter& line, const AccessRecord::Upstream& upstream) {
  line.raw(R"(,"upstream":{"addr":)");
  line.text(upstream.addr, kText);
  line.raw(R"(,"status":)");
  line.number(static_cast<std::uint64_t>(upstream.status));
  line.raw(R"(,"duration":)");
  line.seconds(upstream.duration);
  line.raw(R"(,"reused":)");
  line.boolean(upstream.reused);
  line.raw("}");
}

}  // namespace

std::size_t access_line_room(const AccessRecord& record) {
  std::size_t text = 2 * record.remote_ip.size() + record.client_ip.size() + record.proto.size() +
                     record.method.size() + record.host.size() + record.uri.size() +
                     record.user_agent.size() + record.referer.size() + record.request_id.size() +
                     record.trace_id.size() + record.error.size();
  if (record.tls) {
    text += record.tls->proto.size() + record.tls->server_name.size() + record.tls->group.size();
  }
  if (record.upstream) text += record.upstream->addr.size();
  return std::min(kLongestAccessLine, kFrame + json_string_room(text));
}

char* write_access_line(char* out, const AccessRecord& record) {
  LineWriter line(out);
  line.raw(R"({"level":")");
  line.raw(record.status >= 500 ? "error" : "info");
  line.raw(R"(","ts":)");
  line.timestamp(record.time);
  line.raw(R"(,"logger":"http.log.access","msg":"handled request","request":)");
  write_request(line, record);
  line.raw(R"(,"bytes_read":)");
  line.number(record.bytes_read);
  line.raw(R"(,"duration":)");
  line.seconds(record.duration);
  line.raw(R"(,"size":)");
  line.number(record.size);
  line.raw(R"(,"status":)");
  line.number(static_cast<std::uint64_t>(record.status));
  if (record.upstream) write_upstream(line, *record.upstream);
  line.raw(R"(,"request_id":)");
  line.text(record.request_id, kText);
  if (!record.trace_id.empty()) {
    line.raw(R"(,"trace_id":)");
    line.text(record.trace_id, kShort);
  }
  if (!record.error.empty()) {
    line.raw(R"(,"error":)");
    line.text(record.error, kText);
  }
  line.raw("}\n");
  return line.end();
}

}  // namespace gatehouse
