#include "http/trace_context.h"

#include <algorithm>

namespace gatehouse::http {
namespace {

constexpr std::size_t kSize = 55;
constexpr std::size_t kTraceId = 3;
constexpr std::size_t kTraceIdSize = 32;
constexpr std::size_t kParentId = 36;
constexpr std::size_t kParentIdSize = 16;
constexpr std::size_t kFlags = 53;
constexpr std::size_t kLongest = 512;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool is_separated(std::string_view value) {
  return value[2] == '-' && value[kParentId - 1] == '-' && value[kFlags - 1] == '-';
}

}  // namespace

std::string_view trace_id_of(std::string_view value) {
  if (value.size() < kSize || value.size() > kLongest || !is_separated(value)) return {};
  const std::string_view version = value.substr(0, 2);
  if (!is_hex(version) || version == "ff") return {};
  if (value.size() > kSize && (version == "00" || value[kSize] != '-')) return {};
  const std::string_view trace_id = value.substr(kTraceId, kTraceIdSize);
  if (!is_id(trace_id) || !is_id(value.substr(kParentId, kParentIdSize))) return {};
  return is_hex(value.substr(kFlags, 2)) ? trace_id : std::string_view{};
}

std::string_view valid_traceparent(const Fields& fields) {
  const std::string_view value = fields.value(FieldId::traceparent);
  if (trace_id_of(value).empty() || fields.count(FieldId::traceparent) != 1) return {};
  return value;
}

Traceparent make_traceparent(std::string_view trace_id, std::string_view parent_id) {
  Traceparent made;
  char* at = made.data();
  for (const std::string_view part : {std::string_view{"00-"}, trace_id, std::string_view{"-"},
                                      parent_id, std::string_view{"-00"}}) {
    at = std::ranges::copy(part, at).out;
  }
  return made;
}

}  // namespace gatehouse::http
