#include "http/chars.h"
#include "http/field_line.h"
#include "http/framing.h"
#include "http/h1_parser.h"
#include "http/head_fields.h"
#include "http/head_scan.h"
#include "http/request_line.h"
#include "http/target.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kVersionSize = 8;

constexpr char kTlsHandshake = 0x16;  // content type of a TLS record (RFC 8446 section 5.1)
constexpr char kTlsMajor = 0x03;

// What is not HTTP/1 at all, seen from its first bytes. `incomplete` when HTTP is still possible.
ParseResult recognise_other_protocol(std::string_view buffer) {
  if (buffer.empty() || buffer[0] != kTlsHandshake) return ParseResult::complete();
  if (buffer.size() == 1) return ParseResult::incomplete();
  if (buffer[1] != kTlsMajor) return ParseResult::complete();
  return ParseResult::refused({400, "is a TLS handshake, but this port speaks plain HTTP",
                               Refusal::Kind::tls_client_hello});
}

bool read_request_line(std::string_view line, RequestHead& head, Refusal& why) {
  if (line == "PRI * HTTP/2.0") {
    return refuse(why, "is HTTP/2 with prior knowledge, but this connection speaks HTTP/1.1", 505,
                  Refusal::Kind::http2_preface);
  }
  const auto method_end = line.find(' ');
  const bool three_parts = method_end != std::string_view::npos &&
                           line.size() > method_end + 1 + kVersionSize &&
                           line[line.size() - kVersionSize - 1] == ' ';
  if (!three_parts) return refuse(why, "has a first line other than method, target and version");
  if (!read_version(line.substr(line.size() - kVersionSize), head.minor, why)) return false;
  if (!read_method(line.substr(0, method_end), head, why)) return false;
  std::string_view target = line.substr(method_end + 1);
  target.remove_suffix(std::min(target.size(), kVersionSize + 1));
  if (const char* wrong = parse_target(target, head)) return refuse(why, wrong);
  return true;
}

bool read_host(RequestHead& head, Refusal& why) {
  const Field* host = head.fields.find(FieldId::host);
  if (host == nullptr) {
    return head.minor == 0 || refuse(why, "has no Host field, which HTTP/1.1 demands");
  }
  if (head.fields.count(FieldId::host) > 1) return refuse(why, "has more than one Host field");
  if (head.target_scheme != Scheme::unsaid) {
    return equal_ignoring_case(host->value(), head.authority_text) ||
           refuse(why, "names one host in its target and another in its Host field");
  }
  head.authority_text = host->value();
  return valid_authority(host->value()) ||
         refuse(why, "has a Host field that holds neither a host name nor an address");
}

bool read_body_length(RequestHead& head, Refusal& why) {
  DeclaredLength declared;
  if (!read_declared_length(head.fields, head.minor, declared, why)) return false;
  head.body = BodyLength::none();
  if (declared.bytes) head.body = BodyLength::exact(*declared.bytes);
  if (declared.chunked) head.body = BodyLength::chunked();
  return true;
}

bool read_connection(RequestHead& head, Refusal& why) {
  ConnectionOptions options;
  if (!apply_connection_fields(head.fields, options)) {
    return refuse(why, "names too many fields in Connection");
  }
  if (options.names_end_to_end) {
    return refuse(why, "names a field in Connection that is not of one connection only");
  }
  head.keep_alive = !options.close && (head.minor == 1 || options.keep_alive);
  head.accepts_trailers = list_has(head.fields, FieldId::te, "trailers");
  // h2c is no upgrade here: two codings of one connection are how requests are smuggled past.
  const bool websocket = options.upgrade && head.method == Method::get && head.minor == 1 &&
                         !head.body.expects_content() &&
                         list_has(head.fields, FieldId::upgrade, "websocket");
  head.upgrade = websocket ? Upgrade::websocket : Upgrade::none;
  return true;
}

bool read_head(std::string_view text, const HeadLimits& limits, RequestHead& head, Refusal& why) {
  if (text.starts_with("\r\n")) text.remove_prefix(2);
  const std::string_view line = take_line(text);
  return read_request_line(line, head, why) && read_fields(text, limits, head.fields, why) &&
         read_host(head, why) && read_body_length(head, why) && read_expectation(head, why) &&
         read_connection(head, why);
}

}  // namespace

ParseResult parse_request_head(std::string_view buffer, const HeadLimits& limits,
                               HeadProgress& progress, RequestHead& out) {
  if (progress.scanned == 0) {
    const ParseResult other = recognise_other_protocol(buffer);
    if (other.state != Parsed::complete) return other;
  }
  const ParseResult scan = scan_head(buffer, limits, progress);
  if (scan.state != Parsed::complete) return scan;
  Refusal why;
  if (!read_head(buffer.substr(0, progress.scanned), limits, out, why)) {
    return ParseResult::refused(why);
  }
  out.size = progress.scanned;
  return ParseResult::complete();
}

}  // namespace gatehouse::http
