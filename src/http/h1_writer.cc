#include "http/h1_writer.h"

#include <charconv>

namespace gatehouse::http {

void HeadWriter::request_line(std::string_view method, std::string_view target) {
  text(method);
  text(" ");
  text(target);
  text(" HTTP/1.1\r\n");
}

void HeadWriter::status_line(std::uint16_t status, std::string_view reason) {
  text("HTTP/1.1 ");
  number(status);
  text(" ");
  text(reason.empty() ? reason_phrase(status) : reason);
  end_line();
}

void HeadWriter::field(std::string_view name, std::string_view value) {
  const std::size_t size = name.size() + value.size() + 4;
  if (static_cast<std::size_t>(end_ - at_) < size) return overflow();
  put(name);
  put(": ");
  put(value);
  put("\r\n");
}

void HeadWriter::field(std::string_view name, std::uint64_t value) {
  text(name);
  text(": ");
  number(value);
  end_line();
}

void HeadWriter::field(const Field& field) {
  const std::string_view name = field.name();
  const std::string_view value = field.value();
  const char* separator = name.end();
  const bool in_one_piece =
      value.begin() == separator + 2 && separator[0] == ':' && separator[1] == ' ';
  if (!in_one_piece) return this->field(name, value);
  // As nearly everybody writes it: name, colon, one space and value need one copy.
  const std::size_t size = name.size() + 2 + value.size();
  if (static_cast<std::size_t>(end_ - at_) < size + 2) return overflow();
  put({name.begin(), size});
  put("\r\n");
}

void HeadWriter::fields(const Fields& fields, FieldSet drop) {
  for (const Field& each : fields) {
    if (!each.hop_by_hop() && !drop.has(each.id())) field(each);
  }
}

void HeadWriter::number(std::uint64_t value) {
  std::array<char, 20> digits;
  const auto [end, code] = std::to_chars(digits.begin(), digits.end(), value);
  text({digits.data(), end});
}

std::optional<std::size_t> HeadWriter::finish() {
  end_line();
  if (!fits_) return std::nullopt;
  return static_cast<std::size_t>(at_ - begin_);
}

void write_body_length(HeadWriter& out, BodyLength length) {
  if (length.kind == BodyLength::Kind::exact) out.field("Content-Length", length.bytes);
  if (length.kind == BodyLength::Kind::chunked) out.field("Transfer-Encoding", "chunked");
}

std::size_t chunk_prefix(char* headroom_end, std::uint64_t size) {
  char* at = headroom_end;
  *--at = '\n';
  *--at = '\r';
  for (std::uint64_t rest = size; at == headroom_end - 2 || rest != 0; rest >>= 4) {
    *--at = "0123456789abcdef"[rest & 15];
  }
  return static_cast<std::size_t>(headroom_end - at);
}

std::optional<std::size_t> write_last_chunk(std::span<char> out, const Trailers& trailers) {
  HeadWriter writer(out);
  writer.text("0\r\n");
  for (const Field& field : trailers.fields()) writer.field(field);
  return writer.finish();
}

}  // namespace gatehouse::http
