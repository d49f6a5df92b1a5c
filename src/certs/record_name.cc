#include "certs/record_name.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"

namespace gatehouse::certs {
namespace {

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// At most so many bytes, no character cut.
std::string_view shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && continues_character(text[most])) --most;
  return text.substr(0, most);
}

}  // namespace

Result<RecordName> RecordName::parse(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return refused("the name of a certificate is empty: give it one");
  if (text.size() > kLongest) {
    return refused(fmt::format("the name of a certificate has {} bytes, and at most {} are taken",
                               text.size(), kLongest));
  }
  if (!is_utf8(text) || std::ranges::any_of(text, is_control)) {
    return refused("the name of a certificate has characters that cannot be shown: leave them out");
  }
  return RecordName(std::string(text));
}

RecordName RecordName::nearest(std::string_view text) {
  std::string name = valid_utf8(text.substr(0, 4 * kLongest));
  std::erase_if(name, is_control);
  const auto kept = trimmed(shortened(trimmed(name), kLongest));
  return RecordName(kept.empty() ? "certificate" : std::string(kept));
}

RecordName RecordName::numbered(std::size_t number) const {
  const std::string suffix = fmt::format(" ({})", number);
  return RecordName(std::string(shortened(text_, kLongest - suffix.size())) + suffix);
}

}  // namespace gatehouse::certs
