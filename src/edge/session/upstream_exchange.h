#pragma once

#include <optional>
#include <string>

#include "edge/session/client_side.h"
#include "edge/session/request_context.h"
#include "edge/session/thread_context.h"

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

// What exchanges with upstreams of every protocol have in common: whom they serve, and how they
// tell what became of it. Borrows everything.
class UpstreamExchange {
 public:
  UpstreamExchange(const UpstreamExchange&) = delete;
  UpstreamExchange& operator=(const UpstreamExchange&) = delete;

 protected:
  enum class Step : unsigned char { go_on, replay, end };
  enum class Upload : unsigned char { none, running, done, client_failed, upstream_failed };

  // After as many reads without a wait the others of this thread have their turn.
  static constexpr int kPiecesInARow = 32;
  static constexpr int kMostInterims = 32;

  UpstreamExchange(ThreadContext& thread, RequestContext& request, ClientSide& client,
                   UpstreamGroup& group);
  ~UpstreamExchange() = default;

  void begin_record(Upstream& upstream, bool reused);
  void note_answer(std::uint16_t status);
  void blame(UpstreamResult result);
  void not_connected(const UpstreamGroup::Failure& failure);
  void end_unanswered(std::uint16_t status, std::string sentence);
  // What the client itself has ended, by a fault of its own or by leaving.
  void end_with_client();
  std::string application() const;
  // The outcome, when all is done.
  Outcome ended();

  ThreadContext& thread_;
  const EdgeSettings& settings_;
  const RequestIdentity& identity_;
  ClientSide& client_;
  UpstreamGroup& group_;
  std::optional<UpstreamRecord>& record_;
  Upstream* upstream_ = nullptr;
  http::ResponseHead response_;
  Upload upload_ = Upload::none;
  ClientFault client_fault_;
  Outcome outcome_;
  SteadyTime last_progress_{};
  int interims_ = 0;
  bool started_ = false;  // the client has got a head
};

}  // namespace gatehouse::edge
