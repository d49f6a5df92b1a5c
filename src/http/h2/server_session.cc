#include "http/h2/server_session.h"

#include <array>
#include <charconv>
#include <limits>

#include "http/h2/callbacks.h"

namespace gatehouse::http {
namespace {

H2OptionPtr options() {
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

nghttp2_nv nv(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view part) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(part.data()));  // it is only read
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// The fields of a response as the library wants them; borrows all text.
class ResponseFields {
 public:
  ResponseFields(const ResponseHead& response, std::string_view date) {
    // What HTTP/1.1 switches with 101, a stream of HTTP/2 opens with 200 (RFC 8441 section 5).
    write(status_, response.status == 101 ? 200 : response.status);
    add(":status", {status_.data(), 3});
    for (const Field& field : response.fields) {
      if (field.hop_by_hop() || field.id() == FieldId::content_length) continue;
      if (field.id() == FieldId::sec_websocket_accept) continue;  // of HTTP/1.1 only
      add(field.name(), field.value());
    }
    if (response.status < 200 && response.status != 101) return;
    if (!response.fields.has(FieldId::date) && !date.empty()) add("date", date);
    if (response.declared_length && response.status != 204 && response.status != 101) {
      add("content-length", write(length_, *response.declared_length));
    }
  }

  const nghttp2_nv* data() const { return fields_.data(); }
  std::size_t size() const { return size_; }

 private:
  template <std::size_t N>
  static std::string_view write(std::array<char, N>& out, std::uint64_t number) {
    const auto end = std::to_chars(out.data(), out.data() + out.size(), number).ptr;
    return {out.data(), static_cast<std::size_t>(end - out.data())};
  }
  void add(std::string_view name, std::string_view value) { fields_[size_++] = nv(name, value); }

  std::array<char, 3> status_;
  std::array<char, 20> length_;
  std::array<nghttp2_nv, kMaxFields + 3> fields_;
  std::size_t size_ = 0;
};

}  // namespace

void H2ServerSession::Delete::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

H2ServerSession::H2ServerSession(const H2Settings& settings, H2Requests& requests, SteadyTime now)
    : requests_(requests), settings_(settings), budget_(now) {
  nghttp2_session* raw = nullptr;
  must(nghttp2_session_server_new2(&raw, H2Callbacks::all().get(), this, options().get()));
  session_.reset(raw);
  const auto entries = std::to_array<nghttp2_settings_entry>({
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(settings.head_bytes)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
  });
  must(nghttp2_submit_settings(raw, NGHTTP2_FLAG_NONE, entries.data(), entries.size()));
  must(nghttp2_session_set_local_window_size(
      raw, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(settings.connection_window)));
}

H2ServerSession::~H2ServerSession() = default;

H2StreamSink* H2ServerSession::sink(H2StreamId stream) const {
  return static_cast<H2StreamSink*>(nghttp2_session_get_stream_user_data(session_.get(), stream));
}

bool H2ServerSession::receive(std::span<const char> bytes, SteadyTime now) {
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

void H2ServerSession::complain(H2Error error, std::string_view why) {
  complaint_ = why;
  end(error);
}

std::size_t H2ServerSession::send(std::span<char> out) {
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

bool H2ServerSession::wants_send() const {
  return !broken_ && nghttp2_session_want_write(session_.get()) != 0;
}

bool H2ServerSession::over() const {
  return broken_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                     nghttp2_session_want_write(session_.get()) == 0);
}

bool H2ServerSession::respond(H2StreamId stream, const ResponseHead& response,
                              std::string_view date, bool content) {
  if (sink(stream) == nullptr) return false;
  const ResponseFields fields(response, date);
  nghttp2_data_provider provider{{.ptr = nullptr}, &H2Callbacks::read_content};
  return nghttp2_submit_response(session_.get(), stream, fields.data(), fields.size(),
                                 content ? &provider : nullptr) == 0;
}

bool H2ServerSession::interim(H2StreamId stream, const ResponseHead& response) {
  if (sink(stream) == nullptr) return false;
  const ResponseFields fields(response, {});
  return nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream, nullptr, fields.data(),
                                fields.size(), nullptr) == 0;
}

void H2ServerSession::resume(H2StreamId stream) {
  (void)nghttp2_session_resume_data(session_.get(), stream);
}

void H2ServerSession::credit(H2StreamId stream, std::size_t bytes) {
  if (bytes > 0) (void)nghttp2_session_consume(session_.get(), stream, bytes);
}

void H2ServerSession::reset(H2StreamId stream, H2Error error) {
  (void)nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream,
                                  static_cast<std::uint32_t>(error));
}

void H2ServerSession::forget(H2StreamId stream) {
  (void)nghttp2_session_set_stream_user_data(session_.get(), stream, nullptr);
}

void H2ServerSession::announce_end() { (void)nghttp2_submit_shutdown_notice(session_.get()); }

void H2ServerSession::end(H2Error error) {
  if (error != H2Error::no_error) {
    (void)nghttp2_session_terminate_session(session_.get(), static_cast<std::uint32_t>(error));
    return;
  }
  (void)nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(session_.get()),
                              NGHTTP2_NO_ERROR, nullptr, 0);
}

}  // namespace gatehouse::http
