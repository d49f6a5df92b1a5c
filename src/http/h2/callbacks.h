#pragma once

#include "http/h2/handles.h"
#include "http/h2/session.h"

namespace gatehouse::http {

// What sessions of both ends are made with.
H2OptionPtr h2_options();

// The library's callbacks, back into our world.
class H2Callbacks {
 public:
  static H2CallbacksPtr all();
  // Asks the stream's sink for content.
  static ssize_t read_content(nghttp2_session* session, H2StreamId stream, std::uint8_t* buffer,
                              std::size_t most, std::uint32_t* flags, nghttp2_data_source* source,
                              void* user);

 private:
  static H2Session& session_of(void* user) { return *static_cast<H2Session*>(user); }

  static int begin_frame(nghttp2_session* session, const nghttp2_frame_hd* head, void* user);
  static int frame_received(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static void head_received(H2Session& self, const nghttp2_frame& frame);
  static int begin_head(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static int field_received(nghttp2_session* session, const nghttp2_frame* frame,
                            const std::uint8_t* name, std::size_t name_size,
                            const std::uint8_t* value, std::size_t value_size, std::uint8_t flags,
                            void* user);
  static int bad_field_received(nghttp2_session* session, const nghttp2_frame* frame,
                                const std::uint8_t* name, std::size_t name_size,
                                const std::uint8_t* value, std::size_t value_size,
                                std::uint8_t flags, void* user);
  static int content_received(nghttp2_session* session, std::uint8_t flags, H2StreamId stream,
                              const std::uint8_t* data, std::size_t size, void* user);
  static int stream_closed(nghttp2_session* session, H2StreamId stream, std::uint32_t error,
                           void* user);
  static void reset_sent(H2Session& self, std::uint32_t error);
  static int frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user);
  static ssize_t send(nghttp2_session* session, const std::uint8_t* data, std::size_t size,
                      int flags, void* user);
  static int send_content(nghttp2_session* session, nghttp2_frame* frame, const std::uint8_t* head,
                          std::size_t size, nghttp2_data_source* source, void* user);
  static int complained(nghttp2_session* session, int error, const char* text, std::size_t size,
                        void* user);
};

}  // namespace gatehouse::http
