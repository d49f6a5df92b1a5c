#include "http/h2/response.h"

#include "http/chars.h"
#include "http/framing.h"
#include "http/h2/field_rules.h"
#include "http/head_fields.h"

namespace gatehouse::http {
namespace {

class Reader {
 public:
  Reader(const FieldBlock& block, ResponseHead& out) : block_(block), out_(out) {}

  bool read(bool ended, const ResponseContext& context) {
    return read_fields() && read_length(ended, context);
  }
  const Refusal& why() const { return why_; }

 private:
  bool read_fields();
  bool take(std::string_view name, std::string_view value);
  bool take_status(std::string_view value);
  bool read_length(bool ended, const ResponseContext& context);
  bool refused(std::string_view what) { return refuse(why_, what, 502); }

  const FieldBlock& block_;
  ResponseHead& out_;
  Refusal why_;
};

bool Reader::read_fields() {
  if (block_.too_large()) return refused("has a head larger than the limit");
  out_.status = 0;
  out_.fields.clear();
  const bool all = block_.each(
      [this](std::string_view name, std::string_view value) { return take(name, value); });
  return all && (out_.status != 0 || refused("has no status"));
}

bool Reader::take(std::string_view name, std::string_view value) {
  if (!is_h2_value(value)) return refused("has a field value with a character that none may hold");
  if (name == ":status") return take_status(value);
  if (!is_h2_name(name) || name.size() > kLongestFieldName) {
    return refused("has a field name that no name may be");
  }
  if (out_.status == 0) return refused("has fields before its status");
  const FieldId id = classify_field(name);
  if (kConnectionFields.has(id)) return refused("has a field that HTTP/2 does not know");
  return out_.fields.add({name, value, id}) || refused("has more fields than the limit");
}

bool Reader::take_status(std::string_view value) {
  if (out_.status != 0) return refused("has two statuses");
  if (value.size() != 3 || !all_chars(value, kDigitChar))
    return refused("has a status that is none");
  const int status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0');
  // Section 8.6: HTTP/2 has no upgrade.
  if (status < 100 || status > 599 || status == 101) {
    return refused("has a status that HTTP/2 does not know");
  }
  out_.status = static_cast<std::uint16_t>(status);
  return true;
}

bool Reader::read_length(bool ended, const ResponseContext& context) {
  DeclaredLength declared;
  if (!read_declared_length(out_.fields, 1, declared, why_)) return false;
  out_.declared_length = declared.bytes;
  const bool none =
      ended || context.head || out_.informational() || out_.status == 204 || out_.status == 304;
  out_.body = BodyLength::chunked();
  if (declared.bytes) out_.body = BodyLength::exact(*declared.bytes);
  if (none) out_.body = BodyLength::none();
  const bool empty = ended && !context.head && out_.status != 304 && out_.status >= 200;
  if (empty && declared.bytes.value_or(0) != 0) return refused("declares content and has none");
  if (ended && out_.informational()) return refused("ends with an interim answer");
  return true;
}

}  // namespace

std::optional<Refusal> read_h2_response(const FieldBlock& fields, bool ended,
                                        const ResponseContext& context, ResponseHead& out) {
  out.reason = {};
  out.minor = 1;
  out.keep_alive = true;
  out.upgrade = Upgrade::none;
  Reader reader(fields, out);
  if (reader.read(ended, context)) return std::nullopt;
  return reader.why();
}

}  // namespace gatehouse::http
