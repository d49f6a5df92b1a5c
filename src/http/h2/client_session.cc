#include "http/h2/client_session.h"

#include <array>

#include "http/field_line.h"
#include "http/h2/callbacks.h"
#include "http/head_scan.h"

namespace gatehouse::http {
namespace {

// The fields of a request as the library wants them, of a head of HTTP/1.1; borrows all text.
class RequestFields {
 public:
  explicit RequestFields(std::string_view head) {
    const std::string_view line = take_line(head);
    const auto method_end = line.find(' ');
    const auto target_end = line.rfind(' ');
    add(":method", line.substr(0, method_end));
    add(":scheme", "http");
    add(":path", line.substr(method_end + 1, target_end - method_end - 1));
    // Pseudo-fields come first (RFC 9113 section 8.3).
    std::string_view rest = head;
    each(rest, [this](const Field& field) {
      if (field.id() == FieldId::host) add(":authority", field.value());
    });
    each(head, [this](const Field& field) {
      const bool trailers = field.id() == FieldId::te;  // the one thing that we write there
      if (field.id() == FieldId::host || (field.hop_by_hop() && !trailers)) return;
      add(field.name(), field.value());
    });
  }

  const nghttp2_nv* data() const { return fields_.data(); }
  std::size_t size() const { return size_; }

 private:
  template <class Take>
  static void each(std::string_view lines, Take take) {
    for (auto line = take_line(lines); !line.empty(); line = take_line(lines)) {
      Field field;
      if (parse_field_line(line, field) == nullptr) take(field);
    }
  }
  void add(std::string_view name, std::string_view value) {
    if (size_ < fields_.size()) fields_[size_++] = h2_field(name, value);
  }

  // Those of a request, and those that the edge adds.
  std::array<nghttp2_nv, kMaxFields + 32> fields_;
  std::size_t size_ = 0;
};

}  // namespace

H2ClientSession::H2ClientSession(const Settings& settings, SteadyTime now)
    : H2Session(settings.head_bytes, now) {
  nghttp2_session* raw = nullptr;
  must(nghttp2_session_client_new2(&raw, H2Callbacks::all().get(), static_cast<H2Session*>(this),
                                   h2_options().get()));
  adopt(raw);
  const auto entries = std::to_array<nghttp2_settings_entry>({
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(settings.head_bytes)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  });
  must(nghttp2_submit_settings(raw, NGHTTP2_FLAG_NONE, entries.data(), entries.size()));
  must(nghttp2_session_set_local_window_size(
      raw, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(settings.connection_window)));
}

std::optional<H2StreamId> H2ClientSession::request(std::string_view head, H2ResponseSink& sink,
                                                   bool content) {
  if (ending()) return std::nullopt;
  const RequestFields fields(head);
  nghttp2_data_provider provider{{.ptr = nullptr}, &H2Callbacks::read_content};
  const H2StreamId stream =
      nghttp2_submit_request(native(), nullptr, fields.data(), fields.size(),
                             content ? &provider : nullptr, static_cast<H2StreamSink*>(&sink));
  if (stream < 0) return std::nullopt;
  return stream;
}

std::size_t H2ClientSession::most_streams() const {
  return nghttp2_session_get_remote_settings(native(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

bool H2ClientSession::ending() const {
  return over() || nghttp2_session_check_request_allowed(native()) == 0;
}

// Of fields that are no trailers the first is the status (section 8.3).
void H2ClientSession::take_head(H2StreamId stream, bool /*request*/, FieldBlock fields,
                                bool ended) {
  auto* known = static_cast<H2ResponseSink*>(sink(stream));
  if (known == nullptr) return;
  bool response = fields.too_large();
  fields.each([&response](std::string_view name, std::string_view /*value*/) {
    response = response || name == ":status";
    return false;
  });
  if (response) return known->on_response(std::move(fields), ended);
  known->on_trailers(fields);
  if (ended) known->on_end();
}

}  // namespace gatehouse::http
