#include "http/h2/session.h"

#include <limits>

#include "http/h2/callbacks.h"

namespace gatehouse::http {

H2OptionPtr h2_options() {
  nghttp2_option* raw = nullptr;
  must(nghttp2_option_new(&raw));
  H2OptionPtr made(raw);
  nghttp2_option_set_no_auto_window_update(raw, 1);
  nghttp2_option_set_no_closed_streams(raw, 1);
  // Our own budget tells floods from busy clients.
  constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  nghttp2_option_set_stream_reset_rate_limit(raw, kNever, kNever);
  return made;
}

void H2Session::Delete::operator()(nghttp2_session* session) const { nghttp2_session_del(session); }

H2Session::H2Session(std::size_t head_bytes, SteadyTime now)
    : head_bytes_(head_bytes), budget_(now) {}

H2Session::~H2Session() = default;

H2StreamSink* H2Session::sink(H2StreamId stream) const {
  return static_cast<H2StreamSink*>(nghttp2_session_get_stream_user_data(session_.get(), stream));
}

bool H2Session::receive(std::span<const char> bytes, SteadyTime now) {
  budget_.earn_time(now);
  windows_changed_ = false;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t used = nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  if (used == NGHTTP2_ERR_FLOODED) {
    complain(H2Error::enhance_your_calm, "it asks for answers and does not read them");
  } else if (used < 0) {
    if (complaint_.empty()) complaint_ = nghttp2_strerror(static_cast<int>(used));
    broken_ = true;
  } else if (budget_.spent()) {
    complain(H2Error::enhance_your_calm, "it sends frames in a flood");
  }
  return !broken_;
}

void H2Session::complain(H2Error error, std::string_view why) {
  complaint_ = why;
  end(error);
}

std::size_t H2Session::send(std::span<char> out) {
  out_ = out;
  written_ = 0;
  const int result = nghttp2_session_send(session_.get());
  broken_ = broken_ || result != 0;
  out_ = {};
  if (budget_.spent() && complaint_.empty()) {
    complain(H2Error::enhance_your_calm, "it sends malformed requests in a flood");
  }
  return written_;
}

bool H2Session::wants_send() const {
  return !broken_ && nghttp2_session_want_write(session_.get()) != 0;
}

bool H2Session::over() const {
  return broken_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                     nghttp2_session_want_write(session_.get()) == 0);
}

void H2Session::resume(H2StreamId stream) {
  (void)nghttp2_session_resume_data(session_.get(), stream);
}

void H2Session::credit(H2StreamId stream, std::size_t bytes) {
  if (bytes > 0) (void)nghttp2_session_consume(session_.get(), stream, bytes);
}

void H2Session::reset(H2StreamId stream, H2Error error) {
  (void)nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream,
                                  static_cast<std::uint32_t>(error));
}

void H2Session::forget(H2StreamId stream) {
  (void)nghttp2_session_set_stream_user_data(session_.get(), stream, nullptr);
}

void H2Session::end(H2Error error) {
  if (error != H2Error::no_error) {
    (void)nghttp2_session_terminate_session(session_.get(), static_cast<std::uint32_t>(error));
    return;
  }
  (void)nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(session_.get()),
                              NGHTTP2_NO_ERROR, nullptr, 0);
}

void H2Session::attach(H2StreamId stream, H2StreamSink* sink) {
  (void)nghttp2_session_set_stream_user_data(session_.get(), stream, sink);
}

}  // namespace gatehouse::http
