#include <algorithm>
#include <charconv>
#include <cmath>

#include "edge/pages/pages.h"

namespace gatehouse::edge {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Takes the part up to `separator` off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return trimmed(part);
}

bool same(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  });
}

bool is_html(std::string_view type) {
  return same(type, "text/html") || same(type, "application/xhtml+xml");
}

bool is_json(std::string_view type) {
  return same(type, "application/json") || same(type, "application/problem+json");
}

// In thousandths; 1000 without a `q`, 0 for one that is none.
int weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = next_part(parameters, ';');
    if (parameter.size() < 2 || !same(parameter.substr(0, 2), "q=")) continue;
    const std::string_view number = parameter.substr(2);
    double q = 0;
    const auto [end, code] =
        std::from_chars(number.data(), number.data() + number.size(), q, std::chars_format::fixed);
    const bool valid =
        code == std::errc{} && end == number.data() + number.size() && q >= 0 && q <= 1;
    return valid ? static_cast<int>(std::lround(q * 1000)) : 0;
  }
  return 1000;
}

}  // namespace

PageFormat page_format(std::string_view accept) {
  int html = 0;
  int json = 0;
  while (!accept.empty()) {
    std::string_view range = next_part(accept, ',');
    const std::string_view type = next_part(range, ';');
    if (is_html(type)) html = std::max(html, weight(range));
    if (is_json(type)) json = std::max(json, weight(range));
  }
  if (html == 0 && json == 0) return PageFormat::text;
  return json > html ? PageFormat::json : PageFormat::html;
}

}  // namespace gatehouse::edge
