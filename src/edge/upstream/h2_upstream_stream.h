#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "edge/h2/h2_inbox.h"
#include "http/h2/client_session.h"
#include "io/event.h"
#include "io/interruptible.h"

namespace gatehouse::edge {

class H2UpstreamConnection;
using H2UpstreamPtr = std::shared_ptr<H2UpstreamConnection>;

// One request to an upstream and its answer, as a stream of HTTP/2. For one task that waits for the
// answer and one that sends content.
class H2UpstreamStream final : public http::H2ResponseSink, public io::Interruptible {
 public:
  explicit H2UpstreamStream(H2UpstreamPtr connection);
  H2UpstreamStream(const H2UpstreamStream&) = delete;
  H2UpstreamStream& operator=(const H2UpstreamStream&) = delete;
  // What is not complete is reset.
  ~H2UpstreamStream() override;

  // Once. `head` is a request head of HTTP/1.1. False: the connection takes no more.
  bool ask(std::string_view head, bool content);
  // It was, and is a stream of the connection.
  bool asked() const { return stream_ != 0; }
  H2UpstreamConnection& connection() { return *connection_; }

  // ---- the answer
  struct Head {
    http::FieldBlock fields;
    bool ended = false;
  };
  // The next head that has come, once.
  std::optional<Head> next_head();
  bool has_content() const { return !inbox_.empty(); }
  // Content that is there, in the place of `into`, which is empty.
  void take_content(io::Lease& into);
  // The same, copied behind what `into` has as far as there is room.
  void copy_content(io::Lease& into);
  // What was taken has been passed on: the upstream may send as much again.
  void give_credit();
  // The answer has ended, and all of its content was taken.
  bool complete() const { return ended_ && inbox_.empty(); }
  const http::Trailers* trailers() const { return trailers_.get(); }
  bool malformed() const { return malformed_; }
  // The stream is over: nothing further will come.
  bool closed() const { return closed_; }
  http::H2Error error() const { return error_; }
  // Until something of the above has changed.
  auto wait(io::Deadline deadline) { return arrived_.wait(deadline); }
  // Ends wait() as if something had changed.
  void interrupt() override { arrived_.notify_all(); }

  // ---- content of the request
  // Sends all of it. False: the upstream takes no more, or not in time.
  io::Task<bool> send(io::Lease& content, bool end, const http::Trailers* trailers,
                      std::chrono::nanoseconds patience);
  bool sent_end() const { return sent_end_; }

 private:
  friend class H2UpstreamConnection;

  void on_response(http::FieldBlock fields, bool ended) override;
  void on_content(std::span<const char> content) override;
  void on_trailers(const http::FieldBlock& fields) override;
  void on_end() override;
  void on_closed(http::H2Error error) override;
  Ready ready() override;
  void take(std::span<char> out) override;
  void on_sent_end() override;
  bool settled() const { return end_ ? sent_end_ : outgoing_->empty(); }

  const H2UpstreamPtr connection_;
  http::H2StreamId stream_ = 0;
  io::Event arrived_;
  io::Event left_;
  std::deque<Head> heads_;
  H2Inbox inbox_;
  std::size_t owed_ = 0;
  std::unique_ptr<http::Trailers> trailers_;
  io::Lease* outgoing_ = nullptr;
  const http::Trailers* trailers_out_ = nullptr;
  http::H2Error error_ = http::H2Error::no_error;
  bool end_ = false;
  bool sent_end_ = false;
  bool ended_ = false;
  bool malformed_ = false;
  bool closed_ = false;
};

}  // namespace gatehouse::edge
