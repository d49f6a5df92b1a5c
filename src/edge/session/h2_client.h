#pragma once

#include <memory>
#include <optional>

#include "edge/h2/h2_inbox.h"
#include "edge/session/client_side.h"
#include "edge/session/generation.h"
#include "http/h2/server_session.h"
#include "io/event.h"

namespace gatehouse::edge {

class H2Connection;

// One stream of HTTP/2: a request and its response. Content that waits to be sent stays in the
// lease of whoever sends it; content that has come waits in leases of its own, within the stream's
// window. Borrows everything.
class H2Client final : public ClientSide, public http::H2StreamSink {
 public:
  // `ended`: the request has no content.
  H2Client(H2Connection& connection, http::H2StreamId stream, const Generation& generation,
           const http::RequestHead& request, const http::ClientFacts& facts, bool ended);
  H2Client(const H2Client&) = delete;
  H2Client& operator=(const H2Client&) = delete;

  const http::RequestHead& request() const override { return request_; }
  const http::ClientFacts& facts() const override { return facts_; }

  bool body_done() const override;
  std::expected<void, ClientFault> take_body(io::Lease& into) override;
  io::Task<std::expected<void, ClientFault>> read_body(io::Lease& into) override;
  void abandon_content() override;
  const http::Trailers* trailers() const override { return trailers_.get(); }

  std::size_t piece() const override;
  io::Task<bool> send_interim(const http::ResponseHead& response) override;
  Sent start_response(const http::ResponseHead& response, io::Lease& content, bool end) override;
  Sent send_content(io::Lease& content, bool end) override;
  Sent send_trailers(io::Lease& empty, const http::Trailers& trailers) override;
  io::Task<bool> settle(io::Lease& content) override;

  void become_tunnel() override { tunnel_ = true; }
  void interrupt_when_gone(io::Interruptible* upstream) override { upstream_ = upstream; }
  bool gone() const override { return closed_; }
  bool started() const override { return started_; }
  std::uint64_t bytes_read() const override { return bytes_read_; }
  std::uint64_t bytes_sent() const override { return bytes_sent_; }

  // Nobody answers any more: what is not complete is reset. The connection goes on.
  void finish();

 private:
  using BodyResult = std::expected<void, ClientFault>;

  void on_content(std::span<const char> content) override;
  void on_trailers(const http::FieldBlock& fields) override;
  void on_end() override;
  void on_closed(http::H2Error error) override;
  Ready ready() override;
  void take(std::span<char> out) override;
  void on_sent_end() override;

  io::Deadline content_deadline() const;
  BodyResult count(std::size_t bytes);
  void hand_back();
  void end_tunnel();
  void shrink(io::Lease& content);
  Sent put(io::Lease& content, bool end);
  bool settled() const { return end_ ? sent_end_ : outgoing_ == nullptr || outgoing_->empty(); }

  H2Connection& connection_;
  const http::H2StreamId stream_;
  const EdgeSettings& settings_;
  const http::RequestHead& request_;
  const http::ClientFacts& facts_;
  io::Event arrived_;
  io::Event left_;
  H2Inbox received_;
  std::size_t owed_ = 0;  // content that has been taken on, and the window not opened for it
  std::unique_ptr<http::Trailers> trailers_;
  std::optional<ClientFault> fault_;
  io::Lease* outgoing_ = nullptr;
  const http::Trailers* trailers_out_ = nullptr;
  io::Interruptible* upstream_ = nullptr;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_sent_ = 0;
  bool ended_;              // the client's side
  bool abandoned_ = false;  // further content is thrown away
  bool started_ = false;
  bool end_ = false;  // what is outgoing is the last
  bool sent_end_ = false;
  bool closed_ = false;  // the stream is no more
  bool tunnel_ = false;
};

}  // namespace gatehouse::edge
