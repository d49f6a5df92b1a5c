#pragma once

#include "http/h2/session.h"
#include "http/message.h"

namespace gatehouse::http {

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

// The server's end of a connection.
class H2ServerSession final : public H2Session {
 public:
  H2ServerSession(const H2Settings& settings, H2Requests& requests, SteadyTime now);

  // The head of the response, and what ready() will say behind it; without `content` it is all.
  // `date`: of a response without Date. False: the stream is gone.
  bool respond(H2StreamId stream, const ResponseHead& response, std::string_view date,
               bool content);
  // An interim response (1xx).
  bool interim(H2StreamId stream, const ResponseHead& response);

  // The first of the two steps of a graceful end (section 6.8), of which end() is the other: no new
  // streams are wanted.
  void announce_end();

 private:
  void take_head(H2StreamId stream, bool request, FieldBlock fields, bool ended) override;

  H2Requests& requests_;
};

}  // namespace gatehouse::http
