#pragma once

#include <optional>
#include <string_view>

#include "http/h2/session.h"

namespace gatehouse::http {

// Who has asked on one stream.
class H2ResponseSink : public H2StreamSink {
 public:
  // A head of the response; interim ones come before the one that counts. `ended`: it is all.
  virtual void on_response(FieldBlock fields, bool ended) = 0;
};

// The client's end of a connection.
class H2ClientSession final : public H2Session {
 public:
  struct Settings {
    std::size_t head_bytes = 32 * 1024;
    std::uint32_t stream_window = 64 * 1024;
    std::uint32_t connection_window = 8 * 1024 * 1024;
  };

  H2ClientSession(const Settings& settings, SteadyTime now);

  // Asks what `head` asks, a request head that we have written for HTTP/1.1; with `content`, what
  // the sink's ready() says follows. The sink is known until on_closed() or forget(). Nothing: this
  // connection takes no further streams.
  std::optional<H2StreamId> request(std::string_view head, H2ResponseSink& sink, bool content);
  // How many streams the server takes at the same time.
  std::size_t most_streams() const;
  // No further streams are taken.
  bool ending() const;

 private:
  void take_head(H2StreamId stream, bool request, FieldBlock fields, bool ended) override;
};

}  // namespace gatehouse::http
