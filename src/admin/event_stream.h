#pragma once

#include <string>

#include "admin/connection.h"
#include "admin/event_buffer.h"

namespace gatehouse::admin {

// Serves one call of EventService/Watch: events as they happen, until the client or gatehouse
// leaves. A client that does not read costs its buffer and the kernel's.
class EventStream {
 public:
  EventStream(Connection& connection, Codec codec);
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream();

  // `body` is the call's: one envelope with a WatchRequest.
  io::Task<Connection::Next> run(std::string body);

 private:
  enum class End : unsigned char { drained, not_permitted, gone };

  io::Task<End> relay();
  io::Task<bool> write_chunk(std::string_view data, bool last);
  Result<Ok> read_request(std::string_view body) const;
  bool gone();

  Connection& connection_;
  Context& context_;
  Codec codec_;
  EventBuffer buffer_;
  io::Event pushed_;
  std::uint64_t listening_;
};

}  // namespace gatehouse::admin
