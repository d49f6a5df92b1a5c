#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "edge/session/generation.h"
#include "http/forwarding.h"
#include "http/message.h"
#include "http/trace_context.h"

namespace gatehouse::edge {

// The text of request ids: 32 hexadecimal digits.
using RequestId = std::array<char, 32>;

// What a request is called: in the log, on our pages, and by the upstream. Views of itself and of
// the request's head.
class RequestIdentity {
 public:
  RequestIdentity() = default;
  RequestIdentity(const RequestIdentity&) = delete;
  RequestIdentity& operator=(const RequestIdentity&) = delete;

  // Before the head is known.
  void begin(const RequestId& own);
  // A trusted proxy's X-Request-Id takes the place of our own. A valid traceparent is passed on as
  // it came; otherwise a trace begins here, whose id is our own one.
  void read(const http::RequestHead& head, const http::ClientFacts& client);

  std::string_view id() const { return id_; }
  // Empty before the head is known.
  std::string_view trace_id() const { return trace_id_; }
  // What the upstream gets instead of the client's; empty: the client's passes.
  std::string_view new_traceparent() const { return traceparent_; }

 private:
  RequestId own_{};
  http::Traceparent made_{};
  std::string_view id_;
  std::string_view trace_id_;
  std::string_view traceparent_;
};

// What the access log tells of the upstream's part.
struct UpstreamRecord {
  std::string address;
  int status = 0;
  SteadyTime started{};
  std::chrono::nanoseconds duration{};
  bool reused = false;
};

// What an exchange has to know of the request that it carries, and tells of it.
struct RequestContext {
  GenerationPtr generation;  // keeps the settings, and the route that led to the upstream
  RequestIdentity identity;
  std::optional<UpstreamRecord> upstream;
};

}  // namespace gatehouse::edge
