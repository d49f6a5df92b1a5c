#pragma once

#include <optional>

#include "edge/session/upstream_exchange.h"
#include "http/h1_body.h"

namespace gatehouse::edge {

// Forwards one request to one of the upstreams and its response back, content streaming both ways
// at the same time, by HTTP/1.1. Owned by the task that runs it; borrows everything.
class Exchange final : public UpstreamExchange {
 public:
  Exchange(ThreadContext& thread, RequestContext& request, ClientSide& client,
           UpstreamGroup& group);

  io::Task<Outcome> run();

 private:
  // The phases, in their order. `outcome_` is set where one returns Step::end.
  io::Task<Step> connect(bool fresh);
  io::Task<Step> send_request();
  io::Task<Step> receive_head();
  io::Task<void> relay_response();
  io::Task<void> finish();

  // What the lease holds of the response's content, out of its framing.
  struct Piece {
    bool ended = false;
    const http::Trailers* trailers = nullptr;
  };
  std::optional<Piece> next_piece(http::BodyDecoder& decoder);
  io::Task<bool> send_piece(Piece piece);
  io::Task<bool> read_more(http::BodyDecoder& decoder);
  io::Task<bool> send_interims(bool& complete);
  void begin_tunnel();

  // Runs beside the others when the request has content that is not here yet.
  io::Task<void> upload();
  io::Task<bool> write_upload(io::Lease& content, bool end);

  Step build_request(io::Lease& out);
  Step parse_head(bool& complete);
  bool would_pass_for_websocket() const;
  io::Task<bool> wait_for_upstream();
  void wait_ended(io::Wake wake);
  Step no_answer(UpstreamResult result, std::uint16_t status, std::string_view clause);
  void end_broken();
  void content_is_malformed();
  bool may_replay() const;
  std::chrono::nanoseconds patience() const;

  UpstreamConnectionPtr connection_;
  io::Lease lease_;
  http::HeadProgress progress_;
  io::Scope uploads_;
  http::BodyLength request_framing_;
  int pieces_ = 0;
  bool tunnel_ = false;
  bool clean_ = false;        // nothing of this exchange is left on the upstream connection
  bool some_answer_ = false;  // the upstream has sent a byte
};

}  // namespace gatehouse::edge
