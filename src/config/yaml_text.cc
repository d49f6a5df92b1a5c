#include "config/yaml_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.h"

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 11> kWords{"true", "false", "yes",  "no",   "on", "off",
                                                  "y",    "n",     "null", "none", "nan"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(std::string_view text) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return std::ranges::equal(text, word, {}, lower); });
}

// Decimal, hexadecimal, octal, base 60, floating point or a date. Two dots make an address of it.
bool is_number(std::string_view text) {
  const auto part = [](char c) {
    return is_letter_or_digit(c) ? is_digit(c) || std::string_view("abcdefxobABCDEFXOB").contains(c)
                                 : std::string_view("._:+-").contains(c);
  };
  return is_digit(text.front()) && std::ranges::count(text, '.') < 2 &&
         std::ranges::all_of(text, part);
}

bool is_bare(std::string_view text) {
  if (text.empty() || is_word(text) || is_number(text)) return false;
  if (!is_letter_or_digit(text.front()) && text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_letter_or_digit(c) || std::string_view("._/+-=@").contains(c)) continue;
    const bool inner_colon =
        c == ':' && i + 1 < text.size() && (is_letter_or_digit(text[i + 1]) || text[i + 1] == '/');
    if (!inner_colon) return false;
  }
  return true;
}

void append_escaped(std::string& out, char32_t point) {
  if (point == '"' || point == '\\') {
    out += '\\';
    out += static_cast<char>(point);
  } else if (point == '\n') {
    out += "\\n";
  } else if (point >= 0x20 && point < 0x7f) {
    out += static_cast<char>(point);
  } else if (point < 0x100) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(point));
  } else if (point < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(point));
  } else {
    fmt::format_to(std::back_inserter(out), "\\U{:08x}", static_cast<unsigned>(point));
  }
}

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The code point of a well-formed sequence of UTF-8.
char32_t code_point(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return lead;
  char32_t point = lead & (0x7fU >> character.size());
  for (const char c : character.substr(1)) {
    point = (point << 6) | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return point;
}

std::string in_double_quotes(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
    const std::size_t length = ascii ? 1 : utf8_length(text);
    append_escaped(out, code_point(length == 0 ? kReplacement : text.substr(0, length)));
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out + '"';
}

// ${ begins what comes from elsewhere, unless another $ stands before it.
std::string without_references(std::string_view text) {
  std::string out(text);
  for (auto at = out.find("${"); at != std::string::npos; at = out.find("${", at + 3)) {
    out.insert(at, 1, '$');
  }
  return out;
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  return is_bare(text) ? std::string(text) : in_double_quotes(without_references(text));
}

std::string yaml_key(std::string_view text) {
  const bool bare = is_bare(text) && text.find(':') == std::string_view::npos;
  return bare ? std::string(text) : in_double_quotes(text);
}

}  // namespace gatehouse::config
