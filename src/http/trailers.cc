#include "http/trailers.h"

#include "http/field_line.h"
#include "http/head_scan.h"

namespace gatehouse::http {

const char* Trailers::parse() {
  std::string_view rest = text_;
  std::size_t lines = 0;
  while (!rest.empty()) {
    if (++lines > kMaxTrailers) return "has too many trailer fields";
    Field field;
    if (const char* wrong = parse_field_line(take_line(rest), field)) return wrong;
    // All that is recognised has a meaning before or around the content.
    if (field.id() == FieldId::other) fields_.push_back(field);
  }
  return nullptr;
}

std::size_t Trailers::wire_size() const {
  std::size_t size = 0;
  for (const Field& field : fields_) size += field.name().size() + field.value().size() + 4;
  return size;
}

}  // namespace gatehouse::http
