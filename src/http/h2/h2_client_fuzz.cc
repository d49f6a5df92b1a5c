// Whatever an application answers: the session ends or goes on, its streams hear of their end once
// and of nothing afterwards, and an answer that is taken becomes one head of HTTP/1.1.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "http/forwarding.h"
#include "http/fuzzing.h"
#include "http/h2/client_session.h"
#include "http/h2/request.h"
#include "http/h2/response.h"

namespace gatehouse::http {
namespace {

using fuzzing::require;
using fuzzing::require_one_head;

constexpr std::string_view kGet =
    "GET /a HTTP/1.1\r\nHost: a.example\r\nTE: trailers\r\nConnection: TE\r\n\r\n";
constexpr std::string_view kPost =
    "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 30000\r\n\r\n";
constexpr H2ClientSession::Settings kSettings{
    .head_bytes = 2000, .stream_window = 70'000, .connection_window = 80'000};

struct Sink final : H2ResponseSink {
  void on_response(FieldBlock fields, bool ends) override {
    require(!closed && !ended);
    ended = ends;
    ResponseHead head;
    if (read_h2_response(fields, ends, {.head = false}, head)) return;
    if (head.informational()) return;
    std::vector<char> out(fields.size() + kForwardingGrowth);
    const auto size = build_client_response(out, head, {.body = client_framing(head, 1)});
    require(size.has_value());
    require_one_head({out.data(), *size});
  }
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
    return {outgoing, true, nullptr};
  }
  void take(std::span<char> out) override {
    require(!closed && out.size() <= outgoing);
    outgoing -= out.size();
    std::ranges::fill(out, 'x');
  }
  void on_sent_end() override { require(!closed && outgoing == 0); }

  H2StreamId id = 0;
  std::size_t content = 0;
  std::size_t outgoing = 0;
  bool ended = false;
  bool closed = false;
};

class Connection {
 public:
  void run(std::string_view bytes) {
    ask(kGet, 0);
    ask(kPost, 30'000);
    send();
    bool open = true;
    while (open && !bytes.empty()) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), 1 + bytes.size() / 3);
      open = session_.receive({bytes.data(), part}, now_);
      bytes.remove_prefix(part);
      for (const auto& sink : sinks_) {
        if (sink->closed) continue;
        session_.credit(sink->id, sink->content);
        sink->content = 0;
      }
      if (sinks_.size() < 5) ask(kGet, 0);
      send();
    }
    session_.end();
    send();
  }

 private:
  void ask(std::string_view head, std::size_t content) {
    auto sink = std::make_unique<Sink>();
    sink->outgoing = content;
    const auto stream = session_.request(head, *sink, content > 0);
    if (!stream) return;
    sink->id = *stream;
    sinks_.push_back(std::move(sink));
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
  std::vector<std::unique_ptr<Sink>> sinks_;
  H2ClientSession session_{kSettings, now_};
};

}  // namespace
}  // namespace gatehouse::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gatehouse::http::Connection connection;
  connection.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
