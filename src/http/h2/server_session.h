#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/h1_parser.h"
#include "http/h2/budget.h"
#include "http/h2/field_block.h"
#include "http/message.h"
#include "http/trailers.h"

struct nghttp2_session;

namespace gatehouse::http {

using H2StreamId = std::int32_t;

// RFC 9113 section 7.
enum class H2Error : std::uint32_t {
  no_error = 0x0,
  protocol_error = 0x1,
  internal_error = 0x2,
  flow_control_error = 0x3,
  refused_stream = 0x7,
  cancel = 0x8,
  enhance_your_calm = 0xb,
};

// Who answers one stream. Its functions are called from within receive() and send() of the session,
// whose functions they must not call.
class H2StreamSink {
 public:
  virtual ~H2StreamSink() = default;

  // Content of the request. Its window opens again when it is given back by credit().
  virtual void on_content(std::span<const char> content) = 0;
  virtual void on_trailers(const FieldBlock& fields) = 0;
  // The client's side of the stream has ended in order.
  virtual void on_end() = 0;
  // The stream is over, in order or not; the session knows it and its sink no more.
  virtual void on_closed() = 0;

  // Content of the response that can be sent now.
  struct Ready {
    std::size_t bytes = 0;
    bool end = false;                    // these are the last
    const Trailers* trailers = nullptr;  // behind the last; live as long as the sink is known
  };
  virtual Ready ready() = 0;
  // Moves as many bytes of it, at least one, into `out`.
  virtual void take(std::span<char> out) = 0;
  // The end of the response has been sent.
  virtual void on_sent_end() = 0;
};

// Who gets the requests of a connection.
class H2Requests {
 public:
  virtual ~H2Requests() = default;
  // The head of a request is complete; `ended`: it has no content. Who answers it, or nullptr to
  // refuse it unprocessed. Called from within receive().
  virtual H2StreamSink* on_request(H2StreamId stream, FieldBlock fields, bool ended) = 0;
};

struct H2Settings {
  std::size_t head_bytes = 32 * 1024;
  std::uint32_t streams = 100;
  std::uint32_t stream_window = 256 * 1024;
  std::uint32_t connection_window = 1024 * 1024;
};

// The server's end of one HTTP/2 connection (RFC 9113) without IO: bytes in, bytes out. Windows
// open only by credit(). A malformed request resets its stream, a broken connection gets GOAWAY.
class H2ServerSession {
 public:
  H2ServerSession(const H2Settings& settings, H2Requests& requests, SteadyTime now);
  H2ServerSession(const H2ServerSession&) = delete;
  H2ServerSession& operator=(const H2ServerSession&) = delete;
  ~H2ServerSession();

  // Takes what the client has sent; all of it is read. False: nothing that follows makes sense any
  // more; what wants_send() still has says why.
  bool receive(std::span<const char> bytes, SteadyTime now);
  // Writes frames into `out` until nothing can be sent or it is full; the bytes written.
  std::size_t send(std::span<char> out);
  bool wants_send() const;
  // Nothing will be received or sent any more.
  bool over() const;
  // A field section has begun and not ended.
  bool in_head() const { return head_of_ != 0; }
  // The client has not yet said that it speaks HTTP/2.
  bool silent() const { return silent_; }
  // Why the connection was ended by us, for the log; empty if it was not.
  const std::string& complaint() const { return complaint_; }

  // The head of the response, and what ready() will say behind it; without `content` it is all.
  // `date`: of a response without Date. False: the stream is gone.
  bool respond(H2StreamId stream, const ResponseHead& response, std::string_view date,
               bool content);
  // An interim response (1xx).
  bool interim(H2StreamId stream, const ResponseHead& response);
  // ready() has more to say than when it was asked last.
  void resume(H2StreamId stream);
  // That much content of the request has been taken further: the client may send as much again.
  void credit(H2StreamId stream, std::size_t bytes);
  // Nobody answers this stream any more.
  void reset(H2StreamId stream, H2Error error);
  void forget(H2StreamId stream);

  // The two steps of a graceful end (section 6.8): no new streams are wanted, then none are taken.
  void announce_end();
  void end(H2Error error = H2Error::no_error);

 private:
  friend class H2Callbacks;
  struct Delete {
    void operator()(nghttp2_session* session) const;
  };

  H2StreamSink* sink(H2StreamId stream) const;
  void complain(H2Error error, std::string_view why);

  std::unique_ptr<nghttp2_session, Delete> session_;
  H2Requests& requests_;
  const H2Settings settings_;
  H2Budget budget_;
  FieldBlock incoming_;
  std::span<char> out_;
  std::size_t written_ = 0;
  std::string complaint_;
  H2StreamId head_of_ = 0;  // whose field section has begun
  bool silent_ = true;
  bool windows_changed_ = false;  // by settings in what came last
  bool broken_ = false;
};

}  // namespace gatehouse::http
