#include "http/h2/callbacks.h"

#include <algorithm>
#include <array>

namespace gatehouse::http {
namespace {

constexpr std::size_t kFrameHead = 9;  // RFC 9113 section 4.1

std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

H2Budget::Cost cost_of(std::uint8_t type) {
  using Cost = H2Budget::Cost;
  switch (type) {
    case NGHTTP2_DATA: return Cost::data;
    case NGHTTP2_PRIORITY: return Cost::priority;
    case NGHTTP2_RST_STREAM: return Cost::reset;
    case NGHTTP2_SETTINGS: return Cost::settings;
    case NGHTTP2_PING: return Cost::ping;
    case NGHTTP2_WINDOW_UPDATE: return Cost::window_update;
    case NGHTTP2_CONTINUATION: return Cost::continuation;
    default: return Cost::other;
  }
}

// What we answer to a client's fault; other resets tell of ours.
bool is_reproach(std::uint32_t error) {
  return error != NGHTTP2_NO_ERROR && error != NGHTTP2_INTERNAL_ERROR && error != NGHTTP2_CANCEL;
}

bool changes_windows(const nghttp2_settings& settings) {
  return std::ranges::any_of(std::span(settings.iv, settings.niv), [](const auto& entry) {
    return entry.settings_id == NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE;
  });
}

bool ends_stream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
         (frame.hd.type == NGHTTP2_DATA || frame.hd.type == NGHTTP2_HEADERS);
}

int submit_trailers(nghttp2_session* session, H2StreamId stream, const Trailers& trailers) {
  std::array<nghttp2_nv, kMaxTrailers> fields;
  const std::size_t count = std::min(trailers.fields().size(), fields.size());
  for (std::size_t i = 0; i < count; ++i) {
    fields[i] = h2_field(trailers.fields()[i].name(), trailers.fields()[i].value());
  }
  return nghttp2_submit_trailer(session, stream, fields.data(), count);
}

}  // namespace

H2CallbacksPtr H2Callbacks::all() {
  nghttp2_session_callbacks* raw = nullptr;
  must(nghttp2_session_callbacks_new(&raw));
  H2CallbacksPtr made(raw);
  nghttp2_session_callbacks_set_on_begin_frame_callback(raw, &begin_frame);
  nghttp2_session_callbacks_set_on_frame_recv_callback(raw, &frame_received);
  nghttp2_session_callbacks_set_on_begin_headers_callback(raw, &begin_head);
  nghttp2_session_callbacks_set_on_header_callback(raw, &field_received);
  nghttp2_session_callbacks_set_on_invalid_header_callback(raw, &bad_field_received);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, &content_received);
  nghttp2_session_callbacks_set_on_stream_close_callback(raw, &stream_closed);
  nghttp2_session_callbacks_set_on_frame_send_callback(raw, &frame_sent);
  nghttp2_session_callbacks_set_send_callback(raw, &send);
  nghttp2_session_callbacks_set_send_data_callback(raw, &send_content);
  nghttp2_session_callbacks_set_error_callback2(raw, &complained);
  return made;
}

// ------------------------------------------------------------------ what comes

int H2Callbacks::begin_frame(nghttp2_session* /*session*/, const nghttp2_frame_hd* head,
                             void* user) {
  H2Session& self = session_of(user);
  self.silent_ = false;
  if (head->type != NGHTTP2_HEADERS) self.budget_.spend(cost_of(head->type));
  // The library passes over priorities, also where section 6.3 wants an end of the connection.
  if (head->type == NGHTTP2_PRIORITY && head->stream_id == 0) {
    self.complain(H2Error::protocol_error, "it gives a priority to the connection");
  }
  return 0;
}

int H2Callbacks::frame_received(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                                void* user) {
  H2Session& self = session_of(user);
  if (frame->hd.type == NGHTTP2_HEADERS) {
    head_received(self, *frame);
  } else if (frame->hd.type == NGHTTP2_SETTINGS) {
    self.greeted_ = true;
    self.windows_changed_ = self.windows_changed_ || changes_windows(frame->settings);
  } else if (ends_stream(*frame)) {
    if (H2StreamSink* sink = self.sink(frame->hd.stream_id)) sink->on_end();
  }
  return 0;
}

void H2Callbacks::head_received(H2Session& self, const nghttp2_frame& frame) {
  self.head_of_ = 0;
  FieldBlock fields = std::move(self.incoming_);
  self.incoming_ = {};
  if (fields.too_large()) self.budget_.spend(H2Budget::Cost::large_head);
  const bool request = frame.headers.cat == NGHTTP2_HCAT_REQUEST;
  self.take_head(frame.hd.stream_id, request, std::move(fields), ends_stream(frame));
}

int H2Callbacks::begin_head(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
  H2Session& self = session_of(user);
  self.head_of_ = frame->hd.stream_id;
  self.incoming_ = {};
  return 0;
}

// NOLINTNEXTLINE(readability-function-size): the library says what it hands over.
int H2Callbacks::field_received(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/,
                                const std::uint8_t* name, std::size_t name_size,
                                const std::uint8_t* value, std::size_t value_size,
                                std::uint8_t /*flags*/, void* user) {
  H2Session& self = session_of(user);
  self.incoming_.add(text(name, name_size), text(value, value_size), self.head_bytes_);
  return 0;
}

// The library would drop such a field and go on.
// NOLINTNEXTLINE(readability-function-size): the library says what it hands over.
int H2Callbacks::bad_field_received(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/,
                                    const std::uint8_t* /*name*/, std::size_t /*name_size*/,
                                    const std::uint8_t* /*value*/, std::size_t /*value_size*/,
                                    std::uint8_t /*flags*/, void* /*user*/) {
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int H2Callbacks::content_received(nghttp2_session* session, std::uint8_t /*flags*/,
                                  H2StreamId stream, const std::uint8_t* data, std::size_t size,
                                  void* user) {
  H2Session& self = session_of(user);
  self.budget_.earn_received(size);
  if (H2StreamSink* sink = self.sink(stream)) {
    sink->on_content({reinterpret_cast<const char*>(data), size});
    return 0;
  }
  // Nobody wants it, and the others of this connection need the window.
  return nghttp2_session_consume_connection(session, size);
}

int H2Callbacks::stream_closed(nghttp2_session* session, H2StreamId stream, std::uint32_t error,
                               void* user) {
  H2Session& self = session_of(user);
  if (self.head_of_ == stream) self.head_of_ = 0;
  if (H2StreamSink* sink = self.sink(stream)) {
    nghttp2_session_set_stream_user_data(session, stream, nullptr);
    sink->on_closed(H2Error{error});
  }
  return 0;
}

int H2Callbacks::complained(nghttp2_session* /*session*/, int /*error*/, const char* said,
                            std::size_t size, void* user) {
  session_of(user).complaint_.assign(said, size);
  return 0;
}

// ------------------------------------------------------------------ what goes

ssize_t H2Callbacks::read_content(nghttp2_session* session, H2StreamId stream,
                                  std::uint8_t* /*buffer*/, std::size_t most, std::uint32_t* flags,
                                  nghttp2_data_source* /*source*/, void* user) {
  H2StreamSink* sink = session_of(user).sink(stream);
  if (sink == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const H2StreamSink::Ready ready = sink->ready();
  if (ready.bytes == 0 && !ready.end) return NGHTTP2_ERR_DEFERRED;
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  const std::size_t bytes = std::min(ready.bytes, most);
  if (bytes < ready.bytes || !ready.end) return static_cast<ssize_t>(bytes);
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  if (ready.trailers != nullptr && submit_trailers(session, stream, *ready.trailers) == 0) {
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
  }
  return static_cast<ssize_t>(bytes);
}

ssize_t H2Callbacks::send(nghttp2_session* /*session*/, const std::uint8_t* data, std::size_t size,
                          int /*flags*/, void* user) {
  H2Session& self = session_of(user);
  const std::span<char> room = self.out_.subspan(self.written_);
  const std::size_t part = std::min(size, room.size());
  if (part == 0) return NGHTTP2_ERR_WOULDBLOCK;
  std::copy_n(data, part, room.begin());
  self.written_ += part;
  return static_cast<ssize_t>(part);
}

int H2Callbacks::send_content(nghttp2_session* /*session*/, nghttp2_frame* frame,
                              const std::uint8_t* head, std::size_t size,
                              nghttp2_data_source* /*source*/, void* user) {
  H2Session& self = session_of(user);
  const std::span<char> room = self.out_.subspan(self.written_);
  if (room.size() < kFrameHead + size) return NGHTTP2_ERR_WOULDBLOCK;
  H2StreamSink* sink = self.sink(frame->hd.stream_id);
  if (sink == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  std::copy_n(head, kFrameHead, room.begin());
  if (size > 0) sink->take(room.subspan(kFrameHead, size));
  self.written_ += kFrameHead + size;
  self.budget_.earn_sent(size);
  return 0;
}

void H2Callbacks::reset_sent(H2Session& self, std::uint32_t error) {
  if (is_reproach(error)) self.budget_.spend(H2Budget::Cost::reset);
  // Section 6.9.2 wants an end of the connection where the library ends the stream.
  if (error == NGHTTP2_FLOW_CONTROL_ERROR && self.windows_changed_) {
    self.complain(H2Error::flow_control_error, "its settings open a window beyond all measure");
  }
}

int H2Callbacks::frame_sent(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
  H2Session& self = session_of(user);
  if (frame->hd.type == NGHTTP2_RST_STREAM) reset_sent(self, frame->rst_stream.error_code);
  if (!ends_stream(*frame)) return 0;
  if (H2StreamSink* sink = self.sink(frame->hd.stream_id)) sink->on_sent_end();
  return 0;
}

}  // namespace gatehouse::http
