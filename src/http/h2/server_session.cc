#include "http/h2/server_session.h"

#include <array>
#include <charconv>

#include "http/h2/callbacks.h"

namespace gatehouse::http {
namespace {

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
  void add(std::string_view name, std::string_view value) {
    fields_[size_++] = h2_field(name, value);
  }

  std::array<char, 3> status_;
  std::array<char, 20> length_;
  std::array<nghttp2_nv, kMaxFields + 3> fields_;
  std::size_t size_ = 0;
};

}  // namespace

H2ServerSession::H2ServerSession(const H2Settings& settings, H2Requests& requests, SteadyTime now)
    : H2Session(settings.head_bytes, now), requests_(requests) {
  nghttp2_session* raw = nullptr;
  must(nghttp2_session_server_new2(&raw, H2Callbacks::all().get(), static_cast<H2Session*>(this),
                                   h2_options().get()));
  adopt(raw);
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

void H2ServerSession::take_head(H2StreamId stream, bool request, FieldBlock fields, bool ended) {
  if (!request) {
    H2StreamSink* known = sink(stream);
    if (known == nullptr) return;
    known->on_trailers(fields);
    if (ended) known->on_end();
    return;
  }
  H2StreamSink* taken = requests_.on_request(stream, std::move(fields), ended);
  if (taken == nullptr) return reset(stream, H2Error::refused_stream);
  attach(stream, taken);
}

bool H2ServerSession::respond(H2StreamId stream, const ResponseHead& response,
                              std::string_view date, bool content) {
  if (sink(stream) == nullptr) return false;
  const ResponseFields fields(response, date);
  nghttp2_data_provider provider{{.ptr = nullptr}, &H2Callbacks::read_content};
  return nghttp2_submit_response(native(), stream, fields.data(), fields.size(),
                                 content ? &provider : nullptr) == 0;
}

bool H2ServerSession::interim(H2StreamId stream, const ResponseHead& response) {
  if (sink(stream) == nullptr) return false;
  const ResponseFields fields(response, {});
  return nghttp2_submit_headers(native(), NGHTTP2_FLAG_NONE, stream, nullptr, fields.data(),
                                fields.size(), nullptr) == 0;
}

void H2ServerSession::announce_end() { (void)nghttp2_submit_shutdown_notice(native()); }

}  // namespace gatehouse::http
