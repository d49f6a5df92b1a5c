#include "http/h2/field_rules.h"

#include <algorithm>

#include "http/chars.h"

namespace gatehouse::http {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

}  // namespace

bool is_h2_name(std::string_view name) {
  return is_token(name) && std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_h2_value(std::string_view value) {
  if (!value.empty() && (is_space(value.front()) || is_space(value.back()))) return false;
  return std::ranges::none_of(value, is_control);
}

}  // namespace gatehouse::http
