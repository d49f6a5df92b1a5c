#include "check/shown.h"

#include <fmt/format.h>

#include "base/json_text.h"

namespace gatehouse::check {
namespace {

using Kind = crypto::ChainFault::Kind;

constexpr std::size_t kMostShown = 300;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// One attribute value, from its beginning to the separator, without its escapes (RFC 4514 3).
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && text[i] != ',' && text[i] != '+'; ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const int high = hex_value(text[i + 1]);
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    const bool pair = high >= 0 && low >= 0;
    out += pair ? static_cast<char>(high * 16 + low) : text[i + 1];
    i += pair ? 2 : 1;
  }
  return out;
}

// Where the value of the first CN begins.
std::size_t common_name_at(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins =
        i == 0 || ((text[i - 1] == ',' || text[i - 1] == '+') && (i < 2 || text[i - 2] != '\\'));
    if (begins && text.substr(i).starts_with("CN=")) return i + 3;
  }
  return std::string_view::npos;
}

}  // namespace

std::string shown(std::string_view text) {
  if (text.size() <= kMostShown) return printable(text);
  return printable(text.substr(0, kMostShown)) + "...";
}

std::string short_name(std::string_view distinguished_name) {
  const auto at = common_name_at(distinguished_name);
  if (at == std::string_view::npos) return shown(distinguished_name);
  const std::string name = unescaped(distinguished_name.substr(at));
  return shown(name.empty() ? distinguished_name : name);
}

std::string clause(const crypto::ChainFault& fault) {
  const std::string subject = short_name(fault.subject);
  switch (fault.kind) {
    case Kind::unknown_issuer:
      return fmt::format("{} is issued by {}, which is neither sent nor trusted here", subject,
                         short_name(fault.issuer));
    case Kind::unknown_root: return fmt::format("the root {} is not trusted here", subject);
    case Kind::self_signed:
      return fmt::format("{} is signed by itself and not trusted here", subject);
    case Kind::expired: return fmt::format("{} has expired", subject);
    case Kind::not_yet_valid: return fmt::format("{} is not valid yet", subject);
    case Kind::wrong_name:
      return fmt::format("the certificate of {} does not hold the name that was asked for",
                         subject);
    case Kind::wrong_purpose: return fmt::format("{} is not meant for servers", subject);
    case Kind::not_permitted:
      return fmt::format("{} has a name that a CA above it may not certify", subject);
    case Kind::bad_signature: return fmt::format("the signature of {} is wrong", subject);
    case Kind::other: break;
  }
  return subject.empty() ? fault.reason : fmt::format("{}: {}", subject, fault.reason);
}

}  // namespace gatehouse::check
