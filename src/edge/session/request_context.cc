#include "edge/session/request_context.h"

#include <algorithm>

namespace gatehouse::edge {
namespace {

constexpr std::size_t kLongestId = 128;

// What fits into any log and any header field.
bool acceptable(std::string_view id) {
  return !id.empty() && id.size() <= kLongestId &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

void RequestIdentity::begin(const RequestId& own) {
  own_ = own;
  id_ = {own_.data(), own_.size()};
}

void RequestIdentity::read(const http::RequestHead& head, const http::ClientFacts& client) {
  const std::string_view own = id_;
  if (client.trusted) {
    const std::string_view theirs = head.fields.value(http::FieldId::x_request_id);
    if (acceptable(theirs)) id_ = theirs;
  }
  trace_id_ = http::trace_id_of(http::valid_traceparent(head.fields));
  if (!trace_id_.empty()) return;
  made_ = http::make_traceparent(own, own.substr(own.size() / 2));
  trace_id_ = own;
  traceparent_ = {made_.data(), made_.size()};
}

}  // namespace gatehouse::edge
