#include "edge/upstream/h2_upstream_stream.h"

#include <algorithm>

#include "edge/upstream/h2_upstream.h"
#include "http/h2/request.h"

namespace gatehouse::edge {
namespace {

// Interim answers without end are somebody's mistake.
constexpr std::size_t kMostHeads = 34;

}  // namespace

H2UpstreamStream::H2UpstreamStream(H2UpstreamPtr connection)
    : connection_(std::move(connection)),
      arrived_(connection_->reactor()),
      left_(connection_->reactor()),
      inbox_(connection_->reactor().buffers()) {
  connection_->add(*this);
}

H2UpstreamStream::~H2UpstreamStream() {
  outgoing_ = nullptr;
  if (stream_ != 0) {
    http::H2ClientSession& session = connection_->session();
    if (!closed_) {
      session.forget(stream_);
      if (!ended_ || !sent_end_) session.reset(stream_, http::H2Error::cancel);
    }
    session.credit(stream_, owed_ + inbox_.drop());
    connection_->pump();
  }
  connection_->remove(*this);
}

bool H2UpstreamStream::ask(std::string_view head, bool content) {
  sent_end_ = !content;
  const auto stream = connection_->session().request(head, *this, content);
  if (!stream) return false;
  stream_ = *stream;
  connection_->pump();
  return true;
}

// ------------------------------------------------------------------ the answer

void H2UpstreamStream::on_response(http::FieldBlock fields, bool ended) {
  malformed_ = malformed_ || heads_.size() > kMostHeads;
  if (!malformed_) heads_.push_back({std::move(fields), ended});
  ended_ = ended_ || ended;
  arrived_.notify_all();
}

std::optional<H2UpstreamStream::Head> H2UpstreamStream::next_head() {
  if (heads_.empty()) return std::nullopt;
  std::optional<Head> head = std::move(heads_.front());
  heads_.pop_front();
  return head;
}

void H2UpstreamStream::on_content(std::span<const char> content) {
  inbox_.add(content);
  arrived_.notify_all();
}

void H2UpstreamStream::give_credit() {
  if (owed_ == 0) return;
  connection_->session().credit(stream_, owed_);
  owed_ = 0;
  connection_->pump();
}

void H2UpstreamStream::take_content(io::Lease& into) { owed_ += inbox_.move_to(into); }

void H2UpstreamStream::copy_content(io::Lease& into) { owed_ += inbox_.copy_to(into); }

void H2UpstreamStream::on_trailers(const http::FieldBlock& fields) {
  trailers_ = std::make_unique<http::Trailers>();
  malformed_ = malformed_ || !http::read_h2_trailers(fields, *trailers_);
}

void H2UpstreamStream::on_end() {
  ended_ = true;
  arrived_.notify_all();
}

void H2UpstreamStream::on_closed(http::H2Error error) {
  closed_ = true;
  error_ = error;
  arrived_.notify_all();
  left_.notify_all();
}

// ------------------------------------------------------------------ content of the request

io::Task<bool> H2UpstreamStream::send(io::Lease& content, bool end, const http::Trailers* trailers,
                                      std::chrono::nanoseconds patience) {
  outgoing_ = &content;
  end_ = end;
  trailers_out_ = trailers;
  if (!closed_) connection_->session().resume(stream_);
  connection_->pump();
  while (!settled() && !closed_) {
    const std::size_t before = content.size();
    const io::Wake wake = co_await left_.wait(connection_->reactor().in(patience));
    if (wake == io::Wake::cancelled) break;
    if (wake == io::Wake::timed_out && content.size() == before) break;
  }
  const bool sent = settled();
  outgoing_ = nullptr;
  co_return sent;
}

http::H2StreamSink::Ready H2UpstreamStream::ready() {
  return {outgoing_ == nullptr ? 0 : outgoing_->size(), outgoing_ != nullptr && end_,
          trailers_out_};
}

void H2UpstreamStream::take(std::span<char> out) {
  std::copy_n(outgoing_->data(), out.size(), out.data());
  outgoing_->consume(out.size());
  if (outgoing_->empty() && !end_) left_.notify_all();
}

void H2UpstreamStream::on_sent_end() {
  sent_end_ = true;
  left_.notify_all();
}

}  // namespace gatehouse::edge
