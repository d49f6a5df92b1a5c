#include "http/h2/request.h"

#include <algorithm>

#include "http/field_line.h"
#include "http/framing.h"
#include "http/h2/field_rules.h"
#include "http/head_fields.h"
#include "http/request_line.h"
#include "http/target.h"
#include "http/websocket_key.h"

namespace gatehouse::http {
namespace {

struct PseudoFields {
  std::optional<std::string_view> method;
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::optional<std::string_view> path;
  std::optional<std::string_view> protocol;
};

std::optional<std::string_view>* place_of(std::string_view name, PseudoFields& pseudo) {
  if (name == ":method") return &pseudo.method;
  if (name == ":path") return &pseudo.path;
  if (name == ":scheme") return &pseudo.scheme;
  if (name == ":authority") return &pseudo.authority;
  if (name == ":protocol") return &pseudo.protocol;
  return nullptr;
}

class Reader {
 public:
  Reader(FieldBlock& block, const HeadLimits& limits, RequestHead& out)
      : block_(block), most_(std::min(limits.fields, kMaxFields)), out_(out) {}

  bool read(bool ended) {
    return read_fields() && read_control() && read_authority() && read_length(ended) &&
           read_expectation(out_, why_) && read_options() && read_protocol(ended);
  }
  const Refusal& why() const { return why_; }

 private:
  bool read_fields();
  bool take(std::string_view name, std::string_view value);
  bool take_pseudo(std::string_view name, std::string_view value);
  bool take_field(std::string_view name, std::string_view value);
  void make_texts();
  bool read_control();
  bool read_protocol(bool ended);
  bool read_authority();
  bool read_length(bool ended);
  bool read_options();
  bool refused(std::string_view what, std::uint16_t status = 400) {
    return refuse(why_, what, status);
  }

  FieldBlock& block_;
  const std::size_t most_;
  RequestHead& out_;
  PseudoFields pseudo_;
  std::size_t size_ = 0;
  std::size_t cookies_ = 0;      // size of all cookies as one, if there are several
  bool regular_ = false;         // a field that is no pseudo-field was there
  bool cookies_joined_ = false;  // the one that stands for all is in the table
  Refusal why_;
};

bool Reader::read_fields() {
  if (block_.too_large()) return refused("has a head larger than the limit", 431);
  make_texts();
  out_.fields.clear();
  return block_.each(
      [this](std::string_view name, std::string_view value) { return take(name, value); });
}

bool Reader::take(std::string_view name, std::string_view value) {
  size_ += name.size() + value.size() + 4;
  if (!is_h2_value(value)) return refused("has a field value with a character that none may hold");
  return name.starts_with(':') ? take_pseudo(name, value) : take_field(name, value);
}

bool Reader::take_pseudo(std::string_view name, std::string_view value) {
  auto* place = place_of(name, pseudo_);
  if (place == nullptr) return refused("has a pseudo-field that is not of requests");
  if (regular_) return refused("has a pseudo-field behind its other fields");
  if (place->has_value()) return refused("has a pseudo-field twice");
  *place = value;
  return true;
}

bool Reader::take_field(std::string_view name, std::string_view value) {
  regular_ = true;
  if (!is_h2_name(name)) return refused("has a field name with a character that no name may hold");
  if (name.size() > kLongestFieldName) return refused("has a field name that is too long");
  const FieldId id = classify_field(name);
  if (kConnectionFields.has(id)) return refused("has a field that HTTP/2 does not know");
  if (id == FieldId::te && value != "trailers") return refused("has a TE other than trailers");
  // Of HTTP/1.1 only (RFC 8441 section 5).
  if (id == FieldId::sec_websocket_key) return true;
  if (id == FieldId::cookie && cookies_ > 0) {
    if (cookies_joined_) return true;
    cookies_joined_ = true;
    value = std::string_view(block_.made()).substr(0, cookies_);
  }
  if (out_.fields.size() == most_) return refused("has more fields than the limit", 431);
  Field field(name, value, id);
  if (kHopByHopFields.has(id)) field.mark_hop_by_hop();
  out_.fields.add(field);
  return true;
}

// Section 8.2.3: crumbs of one cookie are one field again before they leave HTTP/2. Behind them the
// key of a WebSocket.
void Reader::make_texts() {
  std::string made;
  std::size_t crumbs = 0;
  bool websocket = false;
  block_.each([&](std::string_view name, std::string_view value) {
    websocket = websocket || name == ":protocol";
    if (name != "cookie") return true;
    if (crumbs++ > 0) made += "; ";
    made += value;
    return true;
  });
  if (crumbs < 2) made.clear();
  cookies_ = made.size();
  if (websocket) made += random_websocket_key();
  block_.made() = std::move(made);
}

bool Reader::read_control() {
  if (!pseudo_.method) return refused("has no method");
  if (!read_method(pseudo_.protocol ? "GET" : *pseudo_.method, out_, why_)) return false;
  if (!pseudo_.scheme) return refused("has no scheme");
  if (*pseudo_.scheme != "https" && *pseudo_.scheme != "http") {
    return refused("has a scheme other than http and https");
  }
  if (!pseudo_.path) return refused("has no path");
  // A URL in this place would be an authority of its own.
  if (!pseudo_.path->starts_with('/') && *pseudo_.path != "*") {
    return refused("has a path that does not begin with a slash");
  }
  if (const char* wrong = parse_target(*pseudo_.path, out_)) return refused(wrong);
  return true;
}

// Section 8.3.1: what :authority says, or Host where a request has been translated to HTTP/2.
bool Reader::read_authority() {
  if (out_.fields.count(FieldId::host) > 1) return refused("has more than one Host field");
  const Field* host = out_.fields.find(FieldId::host);
  if (!pseudo_.authority && host == nullptr) return refused("names no host");
  out_.authority_text = pseudo_.authority ? *pseudo_.authority : host->value();
  if (host != nullptr && !equal_ignoring_case(host->value(), out_.authority_text)) {
    return refused("names one host in its authority and another in its Host field");
  }
  if (valid_authority(out_.authority_text)) return true;
  return refused("has an authority that is neither a host name nor an address");
}

bool Reader::read_length(bool ended) {
  DeclaredLength declared;
  if (!read_declared_length(out_.fields, 1, declared, why_)) return false;
  out_.body = BodyLength::none();
  if (declared.bytes) out_.body = BodyLength::exact(*declared.bytes);
  if (!declared.bytes && !ended) out_.body = BodyLength::chunked();
  if (ended && out_.body.expects_content()) {
    return refused("declares content and has none");
  }
  return true;
}

bool Reader::read_options() {
  out_.major = 2;
  out_.minor = 1;
  out_.keep_alive = true;
  out_.upgrade = Upgrade::none;
  out_.accepts_trailers = out_.fields.has(FieldId::te);
  out_.size = size_;
  return true;
}

// RFC 8441 section 4: an extended CONNECT.
bool Reader::read_protocol(bool ended) {
  if (!pseudo_.protocol) return true;
  if (*pseudo_.method != "CONNECT") return refused("has a protocol and is no CONNECT");
  if (*pseudo_.protocol != "websocket") {
    return refused("asks for a tunnel of a protocol other than WebSocket", 501);
  }
  if (ended || out_.fields.has(FieldId::content_length)) {
    return refused("asks for a WebSocket that ends before it begins");
  }
  if (out_.fields.size() == most_) return refused("has more fields than the limit", 431);
  out_.fields.add({"sec-websocket-key", std::string_view(block_.made()).substr(cookies_),
                   FieldId::sec_websocket_key});
  out_.body = BodyLength::none();
  out_.upgrade = Upgrade::websocket;
  return true;
}

}  // namespace

std::optional<Refusal> read_h2_request(FieldBlock& fields, bool ended, const HeadLimits& limits,
                                       RequestHead& out) {
  Reader reader(fields, limits, out);
  if (reader.read(ended)) return std::nullopt;
  return reader.why();
}

bool read_h2_trailers(const FieldBlock& fields, Trailers& out) {
  if (fields.too_large()) return false;
  const auto append = [&out](std::string_view text) {
    return std::ranges::all_of(text, [&out](char c) { return out.append(c); });
  };
  const bool appended = fields.each([&](std::string_view name, std::string_view value) {
    return is_h2_name(name) && is_h2_value(value) && append(name) && append(": ") &&
           append(value) && append("\r\n");
  });
  return appended && out.parse() == nullptr;
}

}  // namespace gatehouse::http
