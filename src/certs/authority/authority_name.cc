#include "certs/authority/authority_name.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool fits(std::string_view text) {
  return !text.empty() && text.size() <= AuthorityName::kLongest &&
         is_letter_or_digit(text.front()) && is_letter_or_digit(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

Result<AuthorityName> AuthorityName::parse(std::string_view text) {
  if (fits(text)) return AuthorityName(std::string(text));
  return fail(
      Fault::operator_input,
      fmt::format("the name of a CA has 1 to {} lower-case letters, digits and dashes, like "
                  "backends or plant-4",
                  kLongest),
      ErrorKind::usage);
}

}  // namespace gatehouse::certs
