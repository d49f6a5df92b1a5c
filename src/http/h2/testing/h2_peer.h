#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/h2/handles.h"

// A client of HTTP/2 without IO, for tests of this room and of those above it.
namespace gatehouse::http::testing {

using FieldList = std::vector<std::pair<std::string, std::string>>;

inline FieldList get(std::string_view path = "/", std::string_view host = "a.example") {
  return {{":method", "GET"},
          {":scheme", "https"},
          {":authority", std::string(host)},
          {":path", std::string(path)}};
}
inline FieldList post(std::string_view path = "/") {
  FieldList fields = get(path);
  fields[0].second = "POST";
  return fields;
}
inline FieldList with(FieldList fields, std::string_view name, std::string_view value) {
  fields.emplace_back(name, value);
  return fields;
}

// A frame of any content (RFC 9113 section 4.1).
inline std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                         std::string_view payload = {}) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::string made{static_cast<char>(size >> 16),   static_cast<char>(size >> 8),
                   static_cast<char>(size),         static_cast<char>(type),
                   static_cast<char>(flags),        static_cast<char>(stream >> 24),
                   static_cast<char>(stream >> 16), static_cast<char>(stream >> 8),
                   static_cast<char>(stream)};
  return made.append(payload);
}

// Literal fields that no table remembers (RFC 7541 section 6.2.2).
inline std::string literal(std::string_view name, std::string_view value) {
  const auto text = [](std::string_view part) {
    std::string out;
    if (part.size() < 127) {
      out.push_back(static_cast<char>(part.size()));
    } else {
      out.push_back(127);
      std::size_t rest = part.size() - 127;
      for (; rest >= 128; rest /= 128) out.push_back(static_cast<char>(rest % 128 + 128));
      out.push_back(static_cast<char>(rest));
    }
    return out.append(part);
  };
  return std::string(1, '\0') + text(name) + text(value);
}
inline std::string literals(const FieldList& fields) {
  std::string all;
  for (const auto& [name, value] : fields) all += literal(name, value);
  return all;
}

class H2Peer {
 public:
  struct Response {
    std::string status;
    FieldList fields;
    FieldList trailers;
    std::vector<std::string> interims;
    std::string content;
    bool head_done = false;  // what comes now is content or trailers
    bool ended = false;
    std::optional<std::uint32_t> reset;

    std::string_view value(std::string_view name) const {
      for (const auto& [known, value] : fields) {
        if (known == name) return value;
      }
      return {};
    }
  };

  // `window`: what it takes of each stream and of all before credit() is called.
  explicit H2Peer(std::uint32_t window = 1 << 30, bool takes_everything = true)
      : takes_everything_(takes_everything) {
    nghttp2_session_callbacks* raw = nullptr;
    must(nghttp2_session_callbacks_new(&raw));
    const H2CallbacksPtr callbacks(raw);
    nghttp2_session_callbacks_set_on_header_callback(raw, &on_field);
    nghttp2_session_callbacks_set_on_frame_recv_callback(raw, &on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, &on_content);
    nghttp2_session_callbacks_set_on_stream_close_callback(raw, &on_closed);
    nghttp2_option* raw_option = nullptr;
    must(nghttp2_option_new(&raw_option));
    const H2OptionPtr option(raw_option);
    nghttp2_option_set_no_auto_window_update(raw_option, 1);
    // What a test asks for is sent, right or wrong.
    nghttp2_option_set_no_http_messaging(raw_option, 1);
    nghttp2_session* session = nullptr;
    must(nghttp2_session_client_new2(&session, raw, this, raw_option));
    session_.reset(session);
    const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window};
    must(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, &entry, 1));
    if (takes_everything) {
      must(nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, 1 << 30));
    }
  }

  // `content`: nothing ends the request with its head; else it is sent, and ended if `end`.
  std::int32_t request(const FieldList& fields, std::optional<std::string> content = std::nullopt,
                       bool end = true) {
    const auto nva = vector_of(fields);
    nghttp2_data_provider provider{{.ptr = nullptr}, &read_content};
    const std::int32_t stream = nghttp2_submit_request(
        session_.get(), nullptr, nva.data(), nva.size(), content ? &provider : nullptr, nullptr);
    if (content) uploads_[stream] = {std::move(*content), end};
    return stream;
  }
  void send_content(std::int32_t stream, std::string_view content, bool end,
                    FieldList trailers = {}) {
    uploads_[stream].content += content;
    uploads_[stream].end = end;
    uploads_[stream].trailers = std::move(trailers);
    nghttp2_session_resume_data(session_.get(), stream);
  }
  void reset(std::int32_t stream, std::uint32_t error = NGHTTP2_CANCEL) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, error);
  }
  void credit(std::int32_t stream, std::size_t bytes) {
    nghttp2_session_consume(session_.get(), stream, bytes);
  }

  // What it has to say now.
  std::string said() {
    std::string all;
    const std::uint8_t* data = nullptr;
    for (ssize_t size = 1; size > 0;) {
      size = nghttp2_session_mem_send(session_.get(), &data);
      if (size > 0) all.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    }
    return all;
  }
  // False: no client of HTTP/2 would take this.
  bool hear(std::string_view bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return nghttp2_session_mem_recv(session_.get(), data, bytes.size()) ==
           static_cast<ssize_t>(bytes.size());
  }

  Response& response(std::int32_t stream) { return responses_[stream]; }
  std::optional<std::uint32_t> goaway() const { return goaway_; }
  std::int32_t last_stream() const { return last_stream_; }
  std::size_t window_of_connection() const {
    return static_cast<std::size_t>(nghttp2_session_get_remote_window_size(session_.get()));
  }
  std::uint32_t setting(nghttp2_settings_id id) const {
    return nghttp2_session_get_remote_settings(session_.get(), id);
  }

 private:
  struct Delete {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  struct Upload {
    std::string content;
    bool end = true;
    FieldList trailers{};
  };

  static H2Peer& self(void* user) { return *static_cast<H2Peer*>(user); }
  static std::vector<nghttp2_nv> vector_of(const FieldList& fields) {
    std::vector<nghttp2_nv> nva;
    const auto bytes = [](const std::string& text) {
      return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    for (const auto& [name, value] : fields) {
      nva.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    return nva;
  }

  static int on_field(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t /*flags*/, void* user) {
    Response& response = self(user).responses_[frame->hd.stream_id];
    std::string known(reinterpret_cast<const char*>(name), name_size);
    std::string text(reinterpret_cast<const char*>(value), value_size);
    if (known == ":status") {
      if (text.starts_with('1')) {
        response.interims.push_back(text);
      } else {
        response.status = text;
      }
    } else if (!response.content.empty() || response.head_done) {
      response.trailers.emplace_back(std::move(known), std::move(text));
    } else {
      response.fields.emplace_back(std::move(known), std::move(text));
    }
    return 0;
  }
  static int on_frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    Response& response = self(user).responses_[frame->hd.stream_id];
    switch (frame->hd.type) {
      case NGHTTP2_GOAWAY:
        self(user).goaway_ = frame->goaway.error_code;
        self(user).last_stream_ = frame->goaway.last_stream_id;
        return 0;
      case NGHTTP2_RST_STREAM: response.reset = frame->rst_stream.error_code; return 0;
      case NGHTTP2_HEADERS: response.head_done = !response.status.empty(); break;
      case NGHTTP2_DATA: break;
      default: return 0;
    }
    response.ended = response.ended || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    return 0;
  }
  static int on_content(nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t stream,
                        const std::uint8_t* data, std::size_t size, void* user) {
    self(user).responses_[stream].content.append(reinterpret_cast<const char*>(data), size);
    if (self(user).takes_everything_) nghttp2_session_consume(session, stream, size);
    return 0;
  }
  static int on_closed(nghttp2_session* /*session*/, std::int32_t stream, std::uint32_t error,
                       void* user) {
    Response& response = self(user).responses_[stream];
    if (!response.ended && !response.reset) response.reset = error;
    return 0;
  }
  static ssize_t read_content(nghttp2_session* session, std::int32_t stream, std::uint8_t* buffer,
                              std::size_t most, std::uint32_t* flags,
                              nghttp2_data_source* /*source*/, void* user) {
    Upload& upload = self(user).uploads_[stream];
    const std::size_t part = std::min(upload.content.size(), most);
    if (part == 0 && !upload.end) return NGHTTP2_ERR_DEFERRED;
    upload.content.copy(reinterpret_cast<char*>(buffer), part);
    upload.content.erase(0, part);
    if (!upload.content.empty() || !upload.end) return static_cast<ssize_t>(part);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!upload.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const auto nva = vector_of(upload.trailers);
      nghttp2_submit_trailer(session, stream, nva.data(), nva.size());
    }
    return static_cast<ssize_t>(part);
  }

  bool takes_everything_;
  std::unique_ptr<nghttp2_session, Delete> session_;
  std::map<std::int32_t, Response> responses_;
  std::map<std::int32_t, Upload> uploads_;
  std::optional<std::uint32_t> goaway_;
  std::int32_t last_stream_ = -1;
};

}  // namespace gatehouse::http::testing
