#include "http/framing.h"

#include "http/chars.h"

namespace gatehouse::http {
namespace {

// 19 digits and below 2^63: a sum of lengths cannot wrap around.
constexpr std::size_t kMostDigits = 19;
constexpr std::uint64_t kMostBytes = 0x7fff'ffff'ffff'ffff;

const char* parse_content_length(std::string_view text, std::uint64_t& out) {
  if (text.empty()) return "has an empty Content-Length";
  if (!all_chars(text, kDigitChar)) return "has a Content-Length that is not one decimal number";
  if (text.size() > kMostDigits) return "has a Content-Length beyond all measure";
  std::uint64_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  if (value > kMostBytes) return "has a Content-Length beyond all measure";
  out = value;
  return nullptr;
}

// Whether the value is a list of codings that ends with a proper "chunked": understood, but not
// offered here (501). Everything else leaves the length open (400).
bool ends_with_chunked(std::string_view codings) {
  std::string_view last;
  for (auto coding = next_list_element(codings); !coding.empty();
       coding = next_list_element(codings)) {
    if (!is_token(coding) || equal_ignoring_case(last, "chunked")) return false;
    last = coding;
  }
  return equal_ignoring_case(last, "chunked");
}

bool refuse(Refusal& why, std::string_view what, std::uint16_t status = 400) {
  why = {status, what, Refusal::Kind::malformed};
  return false;
}

bool check_transfer_encoding(const Fields& fields, std::uint8_t minor, Refusal& why) {
  if (fields.has(FieldId::content_length)) {
    return refuse(why, "has both Content-Length and Transfer-Encoding");
  }
  if (minor == 0) return refuse(why, "has a Transfer-Encoding, which HTTP/1.0 does not know");
  if (fields.count(FieldId::transfer_encoding) > 1) {
    return refuse(why, "has more than one Transfer-Encoding field");
  }
  const std::string_view coding = fields.value(FieldId::transfer_encoding);
  if (equal_ignoring_case(coding, "chunked")) return true;
  if (ends_with_chunked(coding)) {
    return refuse(why, "has a Transfer-Encoding other than chunked", 501);
  }
  return refuse(why, "has a Transfer-Encoding that leaves its length open");
}

}  // namespace

bool read_declared_length(const Fields& fields, std::uint8_t minor, DeclaredLength& out,
                          Refusal& why) {
  if (fields.has(FieldId::transfer_encoding)) {
    out.chunked = check_transfer_encoding(fields, minor, why);
    return out.chunked;
  }
  if (!fields.has(FieldId::content_length)) return true;
  if (fields.count(FieldId::content_length) > 1) {
    return refuse(why, "has more than one Content-Length field");
  }
  std::uint64_t bytes = 0;
  const char* wrong = parse_content_length(fields.value(FieldId::content_length), bytes);
  if (wrong != nullptr) return refuse(why, wrong);
  out.bytes = bytes;
  return true;
}

}  // namespace gatehouse::http
