#include "edge/session/upstream_exchange.h"

#include <fmt/format.h>

namespace gatehouse::edge {
namespace {

UpstreamResult classify(const Error& not_connected) {
  if (not_connected.fault == Fault::operator_input) return UpstreamResult::unresolved;
  switch (not_connected.kind) {
    case ErrorKind::timed_out: return UpstreamResult::connect_timed_out;
    case ErrorKind::not_found:
    case ErrorKind::not_permitted: return UpstreamResult::unreachable;
    default: return UpstreamResult::refused;
  }
}

}  // namespace

UpstreamExchange::UpstreamExchange(ThreadContext& thread, RequestContext& request,
                                   ClientSide& client, UpstreamGroup& group)
    : thread_(thread),
      settings_(request.generation->settings),
      identity_(request.identity),
      client_(client),
      group_(group),
      record_(request.upstream) {}

void UpstreamExchange::begin_record(Upstream& upstream, bool reused) {
  upstream_ = &upstream;
  record_.emplace();
  record_->address = upstream.address();
  record_->reused = reused;
  record_->started = thread_.reactor.now();
}

void UpstreamExchange::note_answer(std::uint16_t status) {
  record_->status = status;
  record_->duration = thread_.reactor.now() - record_->started;
  upstream_->succeeded();
  thread_.metrics.upstream(upstream_->label(), UpstreamResult::answered);
}

void UpstreamExchange::blame(UpstreamResult result) {
  thread_.metrics.upstream(upstream_->label(), result);
  if (result != UpstreamResult::cancelled) upstream_->failed();
  record_->duration = thread_.reactor.now() - record_->started;
}

void UpstreamExchange::not_connected(const UpstreamGroup::Failure& failure) {
  if (failure.error.fault == Fault::ours || failure.upstream == nullptr) {
    return end_unanswered(503, "gatehouse is stopping.");
  }
  record_.emplace();
  record_->address = failure.upstream->address();
  if (failure.error.fault == Fault::machine) {
    return end_unanswered(503,
                          fmt::format("gatehouse cannot open a connection to the application: {}.",
                                      failure.error.what));
  }
  const bool slow = failure.error.kind == ErrorKind::timed_out;
  thread_.metrics.upstream(failure.upstream->label(), classify(failure.error));
  end_unanswered(slow ? 504 : 502,
                 fmt::format("The application at {} {}.", record_->address, failure.error.what));
}

void UpstreamExchange::end_unanswered(std::uint16_t status, std::string sentence) {
  outcome_ = {Outcome::Kind::unanswered, status, std::move(sentence)};
}

void UpstreamExchange::end_with_client() {
  blame(UpstreamResult::cancelled);
  if (upload_ == Upload::client_failed && client_fault_.status != 0) {
    return end_unanswered(client_fault_.status, std::move(client_fault_.sentence));
  }
  outcome_ = {Outcome::Kind::broken, 0, {}};
}

std::string UpstreamExchange::application() const {
  return fmt::format("The application at {}", upstream_->address());
}

Outcome UpstreamExchange::ended() {
  if (started_ && outcome_.kind == Outcome::Kind::unanswered) outcome_.kind = Outcome::Kind::broken;
  return std::move(outcome_);
}

}  // namespace gatehouse::edge
