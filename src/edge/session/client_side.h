#pragma once

#include "http/forwarding.h"
#include "http/message.h"
#include "http/trailers.h"
#include "io/buffer.h"
#include "io/socket.h"
#include "io/task.h"

namespace gatehouse::edge {

enum class Sent : unsigned char {
  done,
  blocked,  // settle() before anything else is sent
  failed,   // the client is gone
};

// Why the client's side of an exchange ended early.
struct ClientFault {
  // 0: the client is gone, there is nobody to answer.
  std::uint16_t status = 0;
  std::string sentence;
};

// One request and its response, whatever protocol carries them: an HTTP/1.1 exchange or a stream of
// HTTP/2. Content is handed over in leases; what was taken of one is consumed.
class ClientSide {
 public:
  virtual ~ClientSide() = default;

  virtual const http::RequestHead& request() const = 0;
  virtual const http::ClientFacts& facts() const = 0;

  // All content of the request has been read.
  virtual bool body_done() const = 0;
  // Adds what of the content is here already to `into`; never suspends.
  virtual std::expected<void, ClientFault> take_body(io::Lease& into) = 0;
  // Adds at least one byte, unless body_done() afterwards. Holds no buffer while it waits.
  virtual io::Task<std::expected<void, ClientFault>> read_body(io::Lease& into) = 0;
  // Nobody will read what is left of the content.
  virtual void abandon_content() = 0;
  // Behind the content; nullptr if there are none. Borrowed.
  virtual const http::Trailers* trailers() const = 0;

  // How many bytes of content it wants to be handed at once; less while many wait for this client.
  virtual std::size_t piece() const = 0;
  virtual io::Task<bool> send_interim(const http::ResponseHead& response) = 0;
  // The head and the first content leave together. The lease has BufferPool::kHeadroom free bytes
  // before its data and kTailroom behind it.
  virtual Sent start_response(const http::ResponseHead& response, io::Lease& content, bool end) = 0;
  // The same for what follows; kHeadroom is not needed, kTailroom on both sides is.
  virtual Sent send_content(io::Lease& content, bool end) = 0;
  // Ends the content; clients whose framing has no place for trailers do not get them.
  virtual Sent send_trailers(io::Lease& empty, const http::Trailers& trailers) = 0;
  // Waits until the client has taken what was handed over. False: it is gone or too slow.
  virtual io::Task<bool> settle(io::Lease& content) = 0;

  // A 101 was sent: from now on content is bytes in both directions, without end or framing.
  virtual void become_tunnel() = 0;
  // While nobody reads from the client: its end interrupts the waits of `upstream`.
  virtual void interrupt_when_gone(io::Interruptible* upstream) = 0;
  virtual bool gone() const = 0;

  // The head of a response was handed over.
  virtual bool started() const = 0;
  // Of content.
  virtual std::uint64_t bytes_read() const = 0;
  virtual std::uint64_t bytes_sent() const = 0;
};

}  // namespace gatehouse::edge
