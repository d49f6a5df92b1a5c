// What is taken is written anew, and what was written is taken again as the very same request: no
// bytes of a client can mean one thing here and another at the next hop.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/server_name.h"
#include "http/forwarding.h"
#include "http/fuzzing.h"
#include "http/h1_parser.h"

namespace gatehouse::http {
namespace {

using fuzzing::require;
using fuzzing::require_one_head;

constexpr ClientFacts kClient{.address = "2001:db8::7", .scheme = Scheme::https, .port = 443};
constexpr ClientFacts kProxy{
    .address = "192.0.2.1", .scheme = Scheme::http, .port = 80, .trusted = true};

ParseResult parse(std::string_view text, RequestHead& head) {
  HeadProgress progress;
  return parse_request_head(text, {}, progress, head);
}

std::string rewrite(const RequestHead& head, const ClientFacts& client) {
  std::string out(head.size + kForwardingGrowth, '#');
  const auto size = build_upstream_request(out, head, client, {});
  require(size.has_value());
  out.resize(*size);
  require_one_head(out);
  return out;
}

void require_same_meaning(const RequestHead& before, const RequestHead& after) {
  require(after.method_text == before.method_text);
  require(after.target == before.target);
  require(after.path == before.path && after.query == before.query);
  require(after.dot_segments == before.dot_segments);
  require(before.authority_text.empty() || after.authority_text == before.authority_text);
  require(after.body == before.body);
  require(after.upgrade == before.upgrade);
  require(after.expect_continue == before.expect_continue);
  require(after.minor == 1 && after.keep_alive);
}

void check_rewriting(const RequestHead& head) {
  const std::string once = rewrite(head, kClient);
  RequestHead again;
  require(parse(once, again).state == Parsed::complete && again.size == once.size());
  require_same_meaning(head, again);
  require(rewrite(again, kClient) == once);

  const std::string trusted = rewrite(head, kProxy);
  require(parse(trusted, again).state == Parsed::complete && again.size == trusted.size());
  require_same_meaning(head, again);
}

void check_splits(std::string_view text, const ParseResult& whole, const RequestHead& head) {
  RequestHead pieces;
  HeadProgress progress;
  ParseResult result;
  for (std::size_t size = 0; size <= text.size(); size += 1 + size % 5) {
    result = parse_request_head(text.substr(0, size), {}, progress, pieces);
    if (result.state != Parsed::incomplete) break;
  }
  if (result.state == Parsed::incomplete) result = parse_request_head(text, {}, progress, pieces);
  require(result.state == whole.state && result.refusal.what == whole.refusal.what);
  require(result.state != Parsed::complete || pieces.size == head.size);
}

void check_authority(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return;
  require(valid_authority(text) == Authority::parse(text).has_value());
}

}  // namespace
}  // namespace gatehouse::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RequestHead head;
  const ParseResult result = parse(text, head);
  check_splits(text, result, head);
  check_authority(text.substr(0, text.find('\r')));
  if (result.state != Parsed::complete) return 0;
  if (!head.authority_text.empty()) check_authority(head.authority_text);
  // What is added in between may go beyond the limit of fields.
  if (head.fields.size() + 10 <= kMaxFields) check_rewriting(head);
  return 0;
}
