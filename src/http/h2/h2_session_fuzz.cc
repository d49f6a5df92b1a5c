// Whatever a client sends: the session ends or goes on, its streams hear of their end once and of
// nothing afterwards, no window opens by itself, and a request that is taken becomes one request of
// HTTP/1.1 that says the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/forwarding.h"
#include "http/fuzzing.h"
#include "http/h2/request.h"
#include "http/h2/server_session.h"

namespace gatehouse::http {
namespace {

using fuzzing::require;
using fuzzing::require_one_head;

constexpr std::string_view kMagic = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr ClientFacts kClient{.address = "2001:db8::7", .scheme = Scheme::https, .port = 443};
constexpr H2Settings kSettings{
    .head_bytes = 2000, .streams = 8, .stream_window = 70'000, .connection_window = 80'000};

struct Sink final : H2StreamSink {
  void on_content(std::span<const char> bytes) override {
    require(!closed && !ended);
    content += bytes.size();
    require(content <= kSettings.stream_window);
  }
  void on_trailers(const FieldBlock& section) override {
    require(!closed && !ended);
    Trailers trailers;
    (void)read_h2_trailers(section, trailers);
  }
  void on_end() override {
    require(!closed && !ended);
    ended = true;
  }
  void on_closed(H2Error /*error*/) override {
    require(!closed);
    closed = true;
  }
  Ready ready() override {
    require(!closed);
    return {outgoing, last, nullptr};
  }
  void take(std::span<char> out) override {
    require(!closed && out.size() <= outgoing);
    outgoing -= out.size();
    std::ranges::fill(out, 'x');
  }
  void on_sent_end() override {
    require(!closed && last && outgoing == 0);
    sent_end = true;
  }

  FieldBlock fields;
  std::size_t content = 0;
  std::size_t outgoing = 0;
  bool last = false;
  bool answered = false;
  bool ended = false;
  bool closed = false;
  bool sent_end = false;
};

class Connection final : public H2Requests {
 public:
  H2StreamSink* on_request(H2StreamId stream, FieldBlock fields, bool ended) override {
    require(!sinks_.contains(stream));
    Sink& sink = *(sinks_[stream] = std::make_unique<Sink>());
    sink.fields = std::move(fields);
    check(sink.fields, ended);
    sink.ended = ended;
    return stream % 14 == 13 ? nullptr : &sink;
  }

  void run(std::string_view bytes) {
    bool open = session_.receive({kMagic.data(), kMagic.size()}, now_);
    while (open && !bytes.empty()) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), 1 + bytes.size() / 3);
      open = session_.receive({bytes.data(), part}, now_);
      bytes.remove_prefix(part);
      answer();
      send();
      now_ += std::chrono::milliseconds{1};
    }
    session_.announce_end();
    session_.end();
    send();
  }

 private:
  static void check(FieldBlock& fields, bool ended) {
    RequestHead head;
    if (read_h2_request(fields, ended, {.bytes = kSettings.head_bytes}, head)) return;
    std::string out(head.size + kForwardingGrowth, '#');
    const auto size = build_upstream_request(out, head, kClient, {});
    require(size.has_value());
    out.resize(*size);
    require_one_head(out);
    if (head.fields.size() + 10 > kMaxFields) return;
    RequestHead again;
    HeadProgress progress;
    require(parse_request_head(out, {}, progress, again).state == Parsed::complete);
    require(again.size == out.size() && again.method_text == head.method_text);
    require(again.target == head.target && again.authority_text == head.authority_text);
    require(again.body == head.body && again.expect_continue == head.expect_continue);
    require(again.dot_segments == head.dot_segments && again.upgrade == head.upgrade);
  }

  // Each stream in another way.
  void answer() {
    for (auto& [stream, sink] : sinks_) {
      if (sink->closed) continue;
      if (sink->answered) {
        session_.credit(stream, sink->content);
        sink->content = 0;
        sink->last = true;
        session_.resume(stream);
        continue;
      }
      sink->answered = true;
      ResponseHead response;
      response.status = stream % 3 == 0 ? 204 : 200;
      sink->outgoing = response.status == 204 ? 0 : static_cast<std::size_t>(stream) * 977 % 50'000;
      sink->last = response.status == 204 || stream % 5 != 0;
      if (stream % 7 == 0) {
        session_.forget(stream);
        session_.reset(stream, H2Error::internal_error);
        sink->closed = true;
      } else {
        (void)session_.respond(stream, response, "today", response.status != 204);
      }
    }
  }
  void send() {
    std::array<char, 16'500> room;
    for (int i = 0; i < 100 && session_.wants_send(); ++i) {
      const std::size_t size = session_.send(room);
      require(size <= room.size());
      if (size == 0) break;
    }
  }

  SteadyTime now_{std::chrono::hours{1}};
  std::map<H2StreamId, std::unique_ptr<Sink>> sinks_;
  H2ServerSession session_{kSettings, *this, now_};
};

}  // namespace
}  // namespace gatehouse::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gatehouse::http::Connection connection;
  connection.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
