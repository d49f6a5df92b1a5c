#include "http/chars.h"
#include "http/field_line.h"
#include "http/framing.h"
#include "http/h1_parser.h"
#include "http/head_fields.h"
#include "http/head_scan.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kVersionSize = 8;
constexpr std::size_t kStatusEnd = kVersionSize + 4;

// "HTTP/1.1 200 OK"; the space and the reason behind the status may be missing, as with servers
// that have nothing to say there.
bool read_status_line(std::string_view line, ResponseHead& head, Refusal& why) {
  if (!read_version(line.substr(0, kVersionSize), head.minor, why)) return false;
  const bool shaped = line.size() >= kStatusEnd && line[kVersionSize] == ' ' &&
                      all_chars(line.substr(kVersionSize + 1, 3), kDigitChar) &&
                      (line.size() == kStatusEnd || line[kStatusEnd] == ' ');
  if (!shaped) return refuse(why, "has a first line without a status of three digits");
  unsigned status = 0;
  for (const char c : line.substr(kVersionSize + 1, 3)) {
    status = status * 10 + static_cast<unsigned>(c - '0');
  }
  if (status < 100 || status > 599) return refuse(why, "has a status outside of 100 to 599");
  head.status = static_cast<std::uint16_t>(status);
  head.reason = line.size() > kStatusEnd ? line.substr(kStatusEnd + 1) : std::string_view{};
  return true;
}

void read_body_length(const DeclaredLength& declared, const ResponseContext& context,
                      ResponseHead& head) {
  head.declared_length = declared.bytes;
  const bool never_content = head.status < 200 || head.status == 204;
  if (never_content || head.status == 304 || context.head) {
    head.body = BodyLength::none();
    // RFC 9110 section 8.6 forbids to announce it: whether it comes is anybody's guess.
    if (never_content && (declared.chunked || declared.bytes.value_or(0) != 0)) {
      head.keep_alive = false;
    }
    return;
  }
  if (declared.chunked) {
    head.body = BodyLength::chunked();
  } else if (declared.bytes) {
    head.body = BodyLength::exact(*declared.bytes);
  } else {
    head.body = BodyLength::until_close();
    head.keep_alive = false;
  }
}

bool read_connection(const ResponseContext& context, ResponseHead& head, Refusal& why) {
  ConnectionOptions options;
  if (!apply_connection_fields(head.fields, options)) {
    return refuse(why, "names too many fields in Connection");
  }
  head.keep_alive = !options.close && (head.minor == 1 || options.keep_alive);
  head.upgrade = Upgrade::none;
  if (head.status != 101) return true;
  const bool accepted = context.upgrade == Upgrade::websocket && options.upgrade &&
                        head.minor == 1 && list_has(head.fields, FieldId::upgrade, "websocket");
  if (!accepted) return refuse(why, "switches to a protocol that was not asked for (101)");
  head.upgrade = Upgrade::websocket;
  return true;
}

bool read_head(std::string_view text, const HeadLimits& limits, const ResponseContext& context,
               ResponseHead& head, Refusal& why) {
  if (text.starts_with("\r\n")) return refuse(why, "begins with an empty line");
  DeclaredLength declared;
  const std::string_view line = take_line(text);
  if (!read_status_line(line, head, why) || !read_fields(text, limits, head.fields, why) ||
      !read_declared_length(head.fields, head.minor, declared, why) ||
      !read_connection(context, head, why)) {
    return false;
  }
  read_body_length(declared, context, head);
  return true;
}

}  // namespace

ParseResult parse_response_head(std::string_view buffer, const HeadLimits& limits,
                                const ResponseContext& context, HeadProgress& progress,
                                ResponseHead& out) {
  const ParseResult scan = scan_head(buffer, limits, progress);
  if (scan.state != Parsed::complete) return scan;
  Refusal why;
  if (!read_head(buffer.substr(0, progress.scanned), limits, context, out, why)) {
    return ParseResult::refused(why);
  }
  out.size = progress.scanned;
  return ParseResult::complete();
}

}  // namespace gatehouse::http
