#include "certs/selector.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kLongestShown = 120;

// What was given, as a sentence may repeat it.
std::string shown(std::string_view kind, std::string_view text) {
  std::string quoted;
  for (const char c : valid_utf8(text.substr(0, kLongestShown))) {
    quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  const bool cut = text.size() > kLongestShown;
  return fmt::format("{} \"{}{}\"", kind, quoted, cut ? "..." : "");
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// A value is what is behind the first "=", so that the text of a bare common name needs a
// backslash.
std::string as_common_name(std::string_view text) {
  std::string escaped = "CN=";
  for (const char c : text) {
    if (std::string_view(",;+\"\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<Selector> Selector::by_name(std::string_view text) {
  auto name = RecordName::parse(text);
  if (!name) return pass_on(name);
  return Selector(std::move(*name), shown("name", text));
}

Result<Selector> Selector::by_thumbprint(std::string_view text) {
  auto thumbprint = Thumbprint::parse(text);
  if (!thumbprint) return pass_on(thumbprint);
  std::string digits = thumbprint->digits();
  return Selector(std::move(*thumbprint), shown("thumbprint", digits));
}

Result<Selector> Selector::by_subject(std::string_view text) {
  if (is_blank(text)) {
    return fail(Fault::operator_input,
                "the subject is empty: give one like CN=name,O=firm, or a common name",
                ErrorKind::invalid);
  }
  const bool bare = text.find('=') == std::string_view::npos;
  auto wanted = crypto::DistinguishedName::parse(bare ? as_common_name(text) : std::string(text));
  if (!wanted) return pass_on(wanted);
  return Selector(Subject{std::move(*wanted)}, shown("subject", text));
}

Result<Selector> Selector::by_san(std::string_view text) {
  auto wanted = NamePattern::parse(text);
  if (!wanted) return pass_on(wanted);
  std::string name = wanted->text();
  return Selector(San{std::move(*wanted)}, shown("server name", name));
}

Result<Selector> Selector::parse(std::string_view text) {
  if (take(text, "name:")) return by_name(text);
  if (take(text, "thumbprint:")) return by_thumbprint(text);
  if (take(text, "subject:")) return by_subject(text);
  if (take(text, "san:")) return by_san(text);
  if (auto thumbprint = by_thumbprint(text)) return thumbprint;
  if (text.find('=') != std::string_view::npos) {
    if (auto subject = by_subject(text)) return subject;
  }
  return by_name(text);
}

}  // namespace gatehouse::certs
