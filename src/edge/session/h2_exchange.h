#pragma once

#include <optional>

#include "edge/session/upstream_exchange.h"
#include "edge/upstream/h2_upstream.h"

namespace gatehouse::edge {

// Forwards one request to one of the upstreams and its response back, content streaming both ways
// at the same time, by a stream of HTTP/2. Owned by the task that runs it; borrows everything.
class H2Exchange final : public UpstreamExchange {
 public:
  H2Exchange(ThreadContext& thread, RequestContext& request, ClientSide& client,
             UpstreamGroup& group);

  io::Task<Outcome> run();

 private:
  // The phases, in their order. `outcome_` is set where one returns Step::end.
  io::Task<Step> ask();
  io::Task<Step> receive_head();
  io::Task<void> relay_response();
  io::Task<void> finish();

  io::Task<void> upload();
  io::Task<std::optional<Step>> take_head(H2UpstreamStream::Head head);
  // Until something has come. False: outcome_ says why it ends.
  io::Task<bool> wait();
  io::Task<bool> next_piece();
  io::Task<bool> send_piece(bool ended);
  io::Task<void> end_call();
  void leave_room_for_trailers();
  struct Complaint {
    UpstreamResult result;
    std::string_view clause;
  };
  Complaint fault();
  Step no_answer();
  bool has_content() const;
  std::chrono::nanoseconds patience() const;

  io::Lease lease_;
  std::optional<H2UpstreamStream> stream_;
  H2UpstreamStream::Head head_;  // `response_` borrows it
  io::Scope uploads_;
  int pieces_ = 0;
  bool replayed_ = false;
  bool reused_ = false;  // the connection had carried others
  const bool patient_;   // a call of gRPC may be silent for long
};

}  // namespace gatehouse::edge
