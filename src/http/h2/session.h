#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/h2/budget.h"
#include "http/h2/field_block.h"
#include "http/trailers.h"

struct nghttp2_session;

namespace gatehouse::http {

using H2StreamId = std::int32_t;

// RFC 9113 section 7; others may come.
enum class H2Error : std::uint32_t {
  no_error = 0x0,
  protocol_error = 0x1,
  internal_error = 0x2,
  flow_control_error = 0x3,
  refused_stream = 0x7,
  cancel = 0x8,
  enhance_your_calm = 0xb,
};

// Who has one stream. Its functions are called from within receive() and send() of the session,
// whose functions they must not call.
class H2StreamSink {
 public:
  virtual ~H2StreamSink() = default;

  // Content of the peer's message. Its window opens again when it is given back by credit().
  virtual void on_content(std::span<const char> content) = 0;
  virtual void on_trailers(const FieldBlock& fields) = 0;
  // The peer's side of the stream has ended in order.
  virtual void on_end() = 0;
  // The stream is over, in order or not; the session knows it and its sink no more.
  virtual void on_closed(H2Error error) = 0;

  // Content of our message that can be sent now.
  struct Ready {
    std::size_t bytes = 0;
    bool end = false;                    // these are the last
    const Trailers* trailers = nullptr;  // behind the last; live as long as the sink is known
  };
  virtual Ready ready() = 0;
  // Moves as many bytes of it, at least one, into `out`.
  virtual void take(std::span<char> out) = 0;
  // The end of our message has been sent.
  virtual void on_sent_end() = 0;
};

// One end of an HTTP/2 connection (RFC 9113) without IO: bytes in, bytes out. Windows open only by
// credit(). A malformed message resets its stream, a broken connection gets GOAWAY.
class H2Session {
 public:
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;
  virtual ~H2Session();

  // Takes what the peer has sent; all of it is read. False: nothing that follows makes sense any
  // more; what wants_send() still has says why.
  bool receive(std::span<const char> bytes, SteadyTime now);
  // Writes frames into `out` until nothing can be sent or it is full; the bytes written.
  std::size_t send(std::span<char> out);
  bool wants_send() const;
  // Nothing will be received or sent any more.
  bool over() const;
  // A field section has begun and not ended.
  bool in_head() const { return head_of_ != 0; }
  // The peer has not yet said that it speaks HTTP/2.
  bool silent() const { return silent_; }
  // The peer has sent its settings, as HTTP/2 begins.
  bool greeted() const { return greeted_; }
  // Why the connection was ended by us, for the log; empty if it was not.
  const std::string& complaint() const { return complaint_; }

  // ready() has more to say than when it was asked last.
  void resume(H2StreamId stream);
  // That much content has been taken further: the peer may send as much again.
  void credit(H2StreamId stream, std::size_t bytes);
  void reset(H2StreamId stream, H2Error error);
  // Nobody has this stream any more.
  void forget(H2StreamId stream);
  // GOAWAY: no further streams are taken; those that run go on, unless it is an error.
  void end(H2Error error = H2Error::no_error);

 protected:
  // `head_bytes`: the most of a field section, as RFC 9113 section 6.5.2 counts.
  H2Session(std::size_t head_bytes, SteadyTime now);
  void adopt(nghttp2_session* session) { session_.reset(session); }
  nghttp2_session* native() const { return session_.get(); }
  void attach(H2StreamId stream, H2StreamSink* sink);
  H2StreamSink* sink(H2StreamId stream) const;

 private:
  friend class H2Callbacks;
  struct Delete {
    void operator()(nghttp2_session* session) const;
  };

  // A field section is complete. `request`: it is one that opens a stream.
  virtual void take_head(H2StreamId stream, bool request, FieldBlock fields, bool ended) = 0;
  void complain(H2Error error, std::string_view why);

  std::unique_ptr<nghttp2_session, Delete> session_;
  const std::size_t head_bytes_;
  H2Budget budget_;
  FieldBlock incoming_;
  std::span<char> out_;
  std::size_t written_ = 0;
  std::string complaint_;
  H2StreamId head_of_ = 0;  // whose field section has begun
  bool silent_ = true;
  bool greeted_ = false;
  bool windows_changed_ = false;  // by settings in what came last
  bool broken_ = false;
};

}  // namespace gatehouse::http
