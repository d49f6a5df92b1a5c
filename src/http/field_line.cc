#include "http/field_line.h"

#include <bit>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

// The number of bytes at the start of `line` that may stand in a name.
std::size_t name_size(std::string_view line) {
  std::size_t size = 0;
#ifdef __SSE2__
  // Letters, digits and '-' sixteen at a time: nearly every name ends within the first block.
  while (line.size() >= size + 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.data() + size));
    const auto below = [](__m128i values, char limit) {
      return _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(limit)), values);
    };
    const __m128i letter =
        below(_mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a')), 25);
    const __m128i digit = below(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), 9);
    const __m128i dash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
    const __m128i common = _mm_or_si128(_mm_or_si128(letter, digit), dash);
    const auto others = static_cast<unsigned>(_mm_movemask_epi8(common)) ^ 0xffffU;
    if (others == 0) {
      size += 16;
      continue;
    }
    size += static_cast<std::size_t>(std::countr_zero(others));
    if (line[size] == ':') return size;
    break;
  }
#endif
  while (size < line.size() && is_char(line[size], kTokenChar)) ++size;
  return size;
}

const char* bad_name(std::string_view line, std::size_t size) {
  if (size == line.size()) return "has a line without a colon among its fields";
  if (size == 0 && is_space(line[0])) return "folds a field over two lines";
  if (size == 0 && line[0] == ':') return "has a field without a name";
  if (is_space(line[size])) return "has white space between a field name and its colon";
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
  const std::size_t size = name_size(line);
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
