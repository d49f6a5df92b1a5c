// What an upstream says is written anew for the client, and read again as the very same response.
// The first byte of the input tells what was asked.
#include <cstdint>
#include <string>
#include <string_view>

#include "http/forwarding.h"
#include "http/fuzzing.h"
#include "http/h1_parser.h"

namespace gatehouse::http {
namespace {

using fuzzing::require;
using fuzzing::require_one_head;

ParseResult parse(std::string_view text, const ResponseContext& context, ResponseHead& head) {
  HeadProgress progress;
  return parse_response_head(text, {}, context, progress, head);
}

std::string rewrite(const ResponseHead& head) {
  std::string out(head.size + kForwardingGrowth, '#');
  const auto size = build_client_response(out, head,
                                          {.body = client_framing(head, 1),
                                           .keep_alive = true,
                                           .date = "Sun, 06 Nov 1994 08:49:37 GMT",
                                           .client_minor = 1,
                                           .accepts_trailers = true});
  require(size.has_value());
  out.resize(*size);
  require_one_head(out);
  return out;
}

void check_rewriting(const ResponseHead& head, const ResponseContext& context) {
  const std::string once = rewrite(head);
  ResponseHead again;
  require(parse(once, context, again).state == Parsed::complete && again.size == once.size());
  require(again.status == head.status && again.upgrade == head.upgrade);
  require(again.body == client_framing(head, 1));
  require(again.keep_alive);
  require(rewrite(again) == once);
}

void check_splits(std::string_view text, const ResponseContext& context, const ParseResult& whole) {
  ResponseHead pieces;
  HeadProgress progress;
  ParseResult result;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    result = parse_response_head(text.substr(0, size), {}, context, progress, pieces);
    if (result.state != Parsed::incomplete) break;
  }
  require(result.state == whole.state && result.refusal.what == whole.refusal.what);
}

}  // namespace
}  // namespace gatehouse::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::http;
  if (size == 0) return 0;
  const ResponseContext context{
      .head = (data[0] & 1) != 0,
      .upgrade = (data[0] & 2) != 0 ? Upgrade::websocket : Upgrade::none,
  };
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  ResponseHead head;
  const ParseResult result = parse(text, context, head);
  check_splits(text, context, result);
  if (result.state != Parsed::complete) return 0;
  // What is added in between may go beyond the limit of fields.
  if (head.fields.size() + 10 <= kMaxFields) check_rewriting(head, context);
  return 0;
}
