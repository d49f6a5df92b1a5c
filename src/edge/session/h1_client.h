#pragma once

#include "edge/session/client_side.h"
#include "edge/session/listener_context.h"
#include "edge/session/thread_context.h"
#include "http/h1_body.h"

namespace gatehouse::edge {

// The connection that an exchange runs on; borrowed. `in` holds the request's head and whatever
// came behind it, and holds what belongs to the next request when the exchange has ended.
struct H1Connection {
  ThreadContext& thread;
  const ListenerContext& listener;
  io::ByteStream& stream;
  io::Lease& in;
  bool half_close_ends;  // a client that ends its side has left
};

// One HTTP/1.x exchange on a connection. Borrows everything.
class H1Client final : public ClientSide {
 public:
  H1Client(const H1Connection& connection, const Generation& generation,
           const http::RequestHead& request, const http::ClientFacts& facts);

  const http::RequestHead& request() const override { return request_; }
  const http::ClientFacts& facts() const override { return facts_; }

  bool body_done() const override { return !tunnel_ && !refused_ && decoder_.done(); }
  std::expected<void, ClientFault> take_body(io::Lease& into) override;
  io::Task<std::expected<void, ClientFault>> read_body(io::Lease& into) override;
  const http::Trailers* trailers() const override { return decoder_.trailers(); }

  std::size_t piece() const override { return io::BufferPool::kRelay; }
  io::Task<bool> send_interim(const http::ResponseHead& response) override;
  Sent start_response(const http::ResponseHead& response, io::Lease& content, bool end) override;
  Sent send_content(io::Lease& content, bool end) override;
  Sent send_trailers(io::Lease& empty, const http::Trailers& trailers) override;
  io::Task<bool> settle(io::Lease& content) override;

  void become_tunnel() override;
  void interrupt_when_gone(io::Interruptible* upstream) override;
  bool gone() const override;
  bool started() const override { return started_; }
  std::uint64_t bytes_read() const override { return bytes_read_; }
  std::uint64_t bytes_sent() const override { return bytes_sent_; }

  // What is left must not be taken for the next request: the connection ends with the response.
  void abandon_content() override { keep_alive_ = false; }
  // The connection can carry another request now.
  bool reusable() const { return keep_alive_ && ended_ && body_done() && !overrun_; }
  // There is, or may be, more from the client than is looked at.
  bool left_over() const { return !body_done() || overrun_; }
  bool ended() const { return ended_; }
  // Of `in`, the bytes that this exchange has used up.
  std::size_t used_input() const { return used_; }

 private:
  using BodyResult = std::expected<void, ClientFault>;

  // No further request is wanted on this connection.
  bool ending() const { return thread_.draining || listener_.leaving; }

  // Returns how many bytes at the end of `fresh` belong to the next request.
  std::expected<std::size_t, ClientFault> decode(io::Lease& into, std::span<char> fresh);
  BodyResult count(std::size_t bytes);
  void keep_for_next(std::string_view bytes);
  std::span<char> body_room(io::Lease& into) const;
  void frame(io::Lease& content, bool end);
  Sent put(io::Lease& content, bool end);

  ThreadContext& thread_;
  const ListenerContext& listener_;
  const EdgeSettings& settings_;
  io::ByteStream& stream_;
  io::Socket& socket_;
  io::Lease& in_;
  const http::RequestHead& request_;
  const http::ClientFacts& facts_;
  http::BodyDecoder decoder_;
  http::BodyLength framing_;
  io::Flush flush_ = io::Flush::now;
  std::size_t used_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_sent_ = 0;
  io::Socket::Gone when_gone_;  // a TLS client that ends its side is; a plain one may still read
  bool keep_alive_;
  bool started_ = false;
  bool ended_ = false;
  bool tunnel_ = false;
  bool refused_ = false;  // the content was malformed
  bool overrun_ = false;  // more pipelined bytes than we keep
};

}  // namespace gatehouse::edge
