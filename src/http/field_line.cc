#include "http/field_line.h"

#include "http/chars.h"

namespace gatehouse::http {
namespace {

// Options that are not known by name cost a search through all fields each.
constexpr std::size_t kMostNamedFields = 16;

// "Connection: Authorization" and the like strip at one hop what the next one relies on.
constexpr FieldSet kNeverHopByHop{FieldId::content_length,
                                  FieldId::host,
                                  FieldId::expect,
                                  FieldId::forwarded,
                                  FieldId::x_forwarded_for,
                                  FieldId::x_forwarded_proto,
                                  FieldId::x_forwarded_host,
                                  FieldId::x_forwarded_port,
                                  FieldId::x_forwarded_other,
                                  FieldId::x_real_ip,
                                  FieldId::client_certificate,
                                  FieldId::lookalike,
                                  FieldId::authorization,
                                  FieldId::proxy_authorization,
                                  FieldId::cookie,
                                  FieldId::origin,
                                  FieldId::cache_control,
                                  FieldId::content_encoding,
                                  FieldId::content_range,
                                  FieldId::content_type,
                                  FieldId::set_cookie,
                                  FieldId::vary,
                                  FieldId::location,
                                  FieldId::www_authenticate};

const char* bad_name(std::string_view line, std::size_t name_size) {
  if (name_size == line.size()) return "has a line without a colon among its fields";
  if (name_size == 0 && is_space(line[0])) return "folds a field over two lines";
  if (name_size == 0 && line[0] == ':') return "has a field without a name";
  if (is_space(line[name_size])) return "has white space between a field name and its colon";
  return "has a field name with a character that no name may hold";
}

void mark_named(Fields& fields, std::string_view name) {
  for (Field& field : fields) {
    if (equal_ignoring_case(field.name(), name)) field.mark_hop_by_hop();
  }
}

bool apply_option(std::string_view option, ConnectionOptions& out) {
  if (equal_ignoring_case(option, "keep-alive")) {
    out.keep_alive = true;
  } else if (equal_ignoring_case(option, "close")) {
    out.close = true;
  } else if (equal_ignoring_case(option, "upgrade")) {
    out.upgrade = true;
  } else {
    return false;
  }
  return true;
}

}  // namespace

const char* parse_field_line(std::string_view line, Field& out) {
  std::size_t size = 0;
  while (size < line.size() && is_char(line[size], kTokenChar)) ++size;
  if (size == 0 || size == line.size() || line[size] != ':') return bad_name(line, size);
  if (size > kLongestFieldName) return "has a field name that is too long";
  const std::string_view name = line.substr(0, size);
  out = Field(name, trim_space(line.substr(size + 1)), classify_field(name));
  if (kHopByHopFields.has(out.id())) out.mark_hop_by_hop();
  return nullptr;
}

bool apply_connection_fields(Fields& fields, ConnectionOptions& out) {
  if (!fields.has(FieldId::connection)) return true;
  std::size_t named = 0;
  for (const Field& field : fields) {
    if (field.id() != FieldId::connection) continue;
    std::string_view rest = field.value();
    for (auto option = next_list_element(rest); !option.empty(); option = next_list_element(rest)) {
      if (apply_option(option, out)) continue;
      if (++named > kMostNamedFields) return false;
      if (kNeverHopByHop.has(classify_field(option))) {
        out.names_end_to_end = true;
      } else {
        mark_named(fields, option);
      }
    }
  }
  return true;
}

bool list_has(const Fields& fields, FieldId id, std::string_view element) {
  if (!fields.has(id)) return false;
  for (const Field& field : fields) {
    if (field.id() != id) continue;
    std::string_view rest = field.value();
    for (auto item = next_list_element(rest); !item.empty(); item = next_list_element(rest)) {
      if (equal_ignoring_case(item, element)) return true;
    }
  }
  return false;
}

}  // namespace gatehouse::http
