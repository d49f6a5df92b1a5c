#pragma once

#include <optional>

#include "edge/session/client_side.h"
#include "edge/session/request_context.h"
#include "edge/session/thread_context.h"
#include "http/h1_body.h"

namespace gatehouse::edge {

// How an exchange ended.
struct Outcome {
  enum class Kind : unsigned char {
    answered,    // the client has all of the response
    broken,      // it has a part of it, which must be seen to be cut short; or it is gone
    unanswered,  // nothing was sent yet: `status` and `sentence` say what to answer
  };
  Kind kind = Kind::answered;
  std::uint16_t status = 0;
  std::string sentence;
};

// Forwards one request to one of the upstreams and its response back, content streaming both ways
// at the same time. Owned by the task that runs it; borrows everything.
class Exchange {
 public:
  Exchange(ThreadContext& thread, RequestContext& request, ClientSide& client,
           UpstreamGroup& group);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  io::Task<Outcome> run();

 private:
  enum class Step : unsigned char { go_on, replay, end };
  enum class Upload : unsigned char { none, running, done, client_failed, upstream_failed };

  // After as many reads without a wait the others of this thread have their turn.
  static constexpr int kPiecesInARow = 32;

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
  void note_answer();
  void begin_tunnel();

  // Runs beside the others when the request has content that is not here yet.
  io::Task<void> upload();
  io::Task<bool> write_upload(io::Lease& content, bool end);

  Step build_request(io::Lease& out);
  Step parse_head(bool& complete);
  bool would_pass_for_websocket() const;
  io::Task<bool> wait_for_upstream();
  void wait_ended(io::Wake wake);
  Step not_connected(const UpstreamGroup::Failure& failure);
  Step no_answer(UpstreamResult result, std::uint16_t status, std::string_view clause);
  void end_unanswered(std::uint16_t status, std::string sentence);
  void end_broken();
  void content_is_malformed();
  void blame(UpstreamResult result);
  std::string application() const;
  bool may_replay() const;
  std::chrono::nanoseconds patience() const;

  ThreadContext& thread_;
  const EdgeSettings& settings_;
  const RequestIdentity& identity_;
  ClientSide& client_;
  UpstreamGroup& group_;
  std::optional<UpstreamRecord>& record_;
  UpstreamConnectionPtr connection_;
  io::Lease lease_;
  http::ResponseHead response_;
  http::HeadProgress progress_;
  io::Scope uploads_;
  Upload upload_ = Upload::none;
  ClientFault client_fault_;
  http::BodyLength request_framing_;
  Outcome outcome_;
  SteadyTime last_progress_{};
  int interims_ = 0;
  int pieces_ = 0;
  bool tunnel_ = false;
  bool clean_ = false;        // nothing of this exchange is left on the upstream connection
  bool some_answer_ = false;  // the upstream has sent a byte
  bool started_ = false;      // the client has got a head
};

}  // namespace gatehouse::edge
