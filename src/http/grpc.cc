#include "http/grpc.h"

#include <fmt/format.h>

namespace gatehouse::http {

bool is_grpc(const RequestHead& request) {
  constexpr std::string_view kType = "application/grpc";
  const std::string_view type = request.fields.value(FieldId::content_type);
  if (!equal_ignoring_case(type.substr(0, kType.size()), kType)) return false;
  const std::string_view rest = type.substr(kType.size());
  return rest.empty() || rest.starts_with('+') || rest.starts_with(';');
}

// The statuses by their numbers: 4 DEADLINE_EXCEEDED, 7 PERMISSION_DENIED, 8 RESOURCE_EXHAUSTED,
// 12 UNIMPLEMENTED, 13 INTERNAL, 14 UNAVAILABLE, 16 UNAUTHENTICATED.
std::string_view grpc_status(std::uint16_t status) {
  switch (status) {
    case 401: return "16";
    case 403: return "7";
    case 404: return "12";
    case 408: return "4";
    case 413:
    case 431: return "8";
    case 421:
    case 429:
    case 502:
    case 503:
    case 504: return "14";
    default: return "13";
  }
}

std::string grpc_message(std::string_view sentence) {
  std::string encoded;
  for (const char c : sentence) {
    if (c >= ' ' && c <= '~' && c != '%') {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace gatehouse::http
