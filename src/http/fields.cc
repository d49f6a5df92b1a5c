#include "http/fields.h"

#include "http/chars.h"

namespace gatehouse::http {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

std::string_view next_list_element(std::string_view& rest) {
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const std::string_view element = trim_space(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (!element.empty()) return element;
  }
  return {};
}

std::string_view last_list_element(std::string_view& rest) {
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const std::string_view element = trim_space(rest.substr(begin));
    rest = rest.substr(0, begin == 0 ? 0 : comma);
    if (!element.empty()) return element;
  }
  return {};
}

const Field* Fields::find(std::string_view name) const {
  for (const Field& field : *this) {
    if (equal_ignoring_case(field.name(), name)) return &field;
  }
  return nullptr;
}

std::size_t Fields::count(FieldId id) const {
  if (!has(id)) return 0;
  std::size_t found = 0;
  for (const Field& field : *this) found += field.id() == id ? 1 : 0;
  return found;
}

}  // namespace gatehouse::http
