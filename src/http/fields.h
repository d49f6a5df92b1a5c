#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse::http {

// What the proxy has to recognise; classified once while parsing. Everything else is `other` and
// passes through untouched.
enum class FieldId : std::uint8_t {
  other,
  // Of one connection only (RFC 9110 section 7.6.1).
  connection,
  keep_alive,
  proxy_connection,
  te,
  transfer_encoding,
  upgrade,
  http2_settings,
  // Framing and routing.
  content_length,
  trailer,
  host,
  expect,
  max_forwards,
  // Who the client is: believed only from a trusted proxy.
  forwarded,
  x_forwarded_for,
  x_forwarded_proto,
  x_forwarded_host,
  x_forwarded_port,
  x_forwarded_other,  // any other name that begins with X-Forwarded-
  x_real_ip,
  x_request_id,
  // W3C Trace Context.
  traceparent,
  tracestate,
  // Never believed: Client-Cert (RFC 9440), X-SSL-Client-*, X-Forwarded-Client-Cert and relatives.
  client_certificate,
  proxy,      // becomes HTTP_PROXY in CGI programs ("httpoxy")
  lookalike,  // another spelling of a name above, e.g. X_Forwarded_For or Content_Length
  // Whose meaning depends on arriving before the content: not allowed in trailers (RFC 9110 6.5.1).
  accept,
  age,
  authorization,
  cache_control,
  content_encoding,
  content_range,
  content_type,
  cookie,
  date,
  expires,
  if_match,
  if_modified_since,
  if_none_match,
  if_range,
  if_unmodified_since,
  location,
  origin,
  pragma,
  proxy_authenticate,
  proxy_authorization,
  range,
  referer,
  retry_after,
  sec_websocket_accept,
  sec_websocket_extensions,
  sec_websocket_key,
  sec_websocket_protocol,
  sec_websocket_version,
  server,
  set_cookie,
  user_agent,
  vary,
  via,
  warning,
  www_authenticate,
};
static_assert(static_cast<unsigned>(FieldId::www_authenticate) < 64, "FieldSet is one word");

// Names the field: case does not matter. A name that differs from a recognised one only in its
// punctuation is a `lookalike`, because CGI-like servers cannot tell the two apart. `name` must be
// a token.
FieldId classify_field(std::string_view name);

class FieldSet {
 public:
  constexpr FieldSet() = default;
  template <class... Ids>
  constexpr explicit FieldSet(Ids... ids) : bits_((bit(ids) | ...)) {}

  constexpr bool has(FieldId id) const { return (bits_ & bit(id)) != 0; }
  constexpr void add(FieldId id) { bits_ |= bit(id); }
  constexpr FieldSet operator|(FieldSet other) const {
    other.bits_ |= bits_;
    return other;
  }

 private:
  static constexpr std::uint64_t bit(FieldId id) {
    return std::uint64_t{1} << static_cast<unsigned>(id);
  }
  std::uint64_t bits_ = 0;
};

// One field line; borrows the text it was parsed from. Trivial and small, so that a table of them
// costs nothing until it is filled.
class Field {
 public:
  Field() = default;
  Field(std::string_view name, std::string_view value, FieldId id)
      : name_(name.data()),
        value_(value.data()),
        value_size_(static_cast<std::uint32_t>(value.size())),
        name_size_(static_cast<std::uint16_t>(name.size())),
        id_(id),
        hop_by_hop_(false) {}

  std::string_view name() const { return {name_, name_size_}; }
  // Without the white space around it; may be empty.
  std::string_view value() const { return {value_, value_size_}; }
  FieldId id() const { return id_; }
  // Meant for this connection only: one of the fixed ones, or named by a Connection field.
  bool hop_by_hop() const { return hop_by_hop_; }
  void mark_hop_by_hop() { hop_by_hop_ = true; }

 private:
  const char* name_;
  const char* value_;
  std::uint32_t value_size_;
  std::uint16_t name_size_;
  FieldId id_;
  bool hop_by_hop_;
};

inline constexpr std::size_t kMaxFields = 128;
inline constexpr std::size_t kLongestFieldName = 1024;

// The field lines of one message in their order. Fixed capacity, no heap; borrows all text.
class Fields {
 public:
  Fields() {}  // leaves the table uninitialised on purpose: it is 3 KiB
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  // False when the table is full; nothing is added then.
  bool add(const Field& field) {
    if (size_ == kMaxFields) return false;
    items_[size_++] = field;
    present_.add(field.id());
    return true;
  }
  void clear() {
    size_ = 0;
    present_ = {};
  }

  const Field* begin() const { return items_.data(); }
  const Field* end() const { return items_.data() + size_; }
  Field* begin() { return items_.data(); }
  Field* end() { return items_.data() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  bool has(FieldId id) const { return present_.has(id); }
  // The first one, or nullptr. Costs nothing for a field that is not there.
  const Field* find(FieldId id) const {
    if (!has(id)) return nullptr;
    const Field* at = begin();
    while (at->id() != id) ++at;
    return at;
  }
  // By any name, e.g. for conditions of a route; case does not matter.
  const Field* find(std::string_view name) const;
  // The value of the first one, or an empty text.
  std::string_view value(FieldId id) const {
    const Field* field = find(id);
    return field == nullptr ? std::string_view{} : field->value();
  }
  std::size_t count(FieldId id) const;

 private:
  std::size_t size_ = 0;
  FieldSet present_;
  std::array<Field, kMaxFields> items_;
};

// Case-insensitive for ASCII letters, as field names and most keywords of HTTP are.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Walks the elements of a comma-separated list (RFC 9110 section 5.6.1), skipping empty ones.
// Returns an empty text at the end; `rest` shrinks with every call.
std::string_view next_list_element(std::string_view& rest);
// The same from the end backwards.
std::string_view last_list_element(std::string_view& rest);

}  // namespace gatehouse::http
