#include "certs/thumbprint.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/utf8.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kLongest = 1024;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

struct Range {
  char32_t first;
  char32_t last;
};

// What is between the digits, or around them, without a meaning of its own.
constexpr auto kIgnored = std::to_array<Range>({
    {U'\t', U'\r'},
    {U' ', U' '},
    {U'-', U'-'},
    {U'/', U'/'},
    {U':', U':'},
    {U'\u00a0', U'\u00a0'},  // no-break space
    {U'\u00ad', U'\u00ad'},  // soft hyphen
    {U'\u061c', U'\u061c'},  // Arabic letter mark
    {U'\u180e', U'\u180e'},
    {U'\u2000', U'\u2015'},  // spaces, zero-width marks, direction marks, dashes
    {U'\u2028', U'\u202f'},  // separators, embeddings and overrides
    {U'\u205f', U'\u206f'},  // mathematical space, joiners, isolates
    {U'\u2212', U'\u2212'},  // minus
    {U'\u3000', U'\u3000'},
    {U'\ufe00', U'\ufe0f'},  // variation selectors
    {U'\ufeff', U'\ufeff'},  // byte order mark
});

bool ignored(char32_t character) {
  return std::ranges::any_of(kIgnored, [=](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

// The next character of a text in UTF-8, cut off it; nothing where it is no UTF-8.
std::optional<char32_t> take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : utf8_length(text);
  if (size == 0) return std::nullopt;
  char32_t character = size == 1 ? lead : lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  text.remove_prefix(size);
  return character;
}

// ASCII alone, in lower case and without what is ignored; nothing when something else is in it.
std::optional<std::string> bare(std::string_view text) {
  std::string bare;
  while (!text.empty()) {
    const auto character = take_character(text);
    if (!character) return std::nullopt;
    if (ignored(*character)) continue;
    if (*character >= 0x7f || *character < 0x20) return std::nullopt;
    const char c = static_cast<char>(*character);
    bare += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return bare;
}

// Cuts "sha1", "sha256fingerprint=" and the like off; the number of the digest, 0 without a label.
int take_label(std::string& text) {
  const int digest = text.starts_with("sha256") ? 256 : text.starts_with("sha1") ? 1 : 0;
  if (digest == 0) return 0;
  std::string_view rest = std::string_view(text).substr(digest == 256 ? 6 : 4);
  for (const std::string_view word : {"fingerprint", "thumbprint"}) {
    if (rest.starts_with(word)) rest.remove_prefix(word.size());
  }
  if (rest.starts_with('=')) rest.remove_prefix(1);
  text = std::string(rest);
  return digest;
}

}  // namespace

Result<Thumbprint> Thumbprint::parse(std::string_view text) {
  if (text.size() > kLongest) {
    return refused(fmt::format("a thumbprint of {} bytes is longer than any: give its digits alone",
                               text.size()));
  }
  auto digits = bare(text);
  const int digest = digits ? take_label(*digits) : 0;
  if (!digits || digits->find_first_not_of("0123456789abcdef") != std::string::npos) {
    return refused(
        "the thumbprint has characters that are neither hexadecimal digits (0-9, a-f) nor spaces, "
        "dashes, slashes or colons between them");
  }
  const std::size_t most = digest == 1 ? kSha1Digits : kSha256Digits;
  if (digits->size() < kFewestDigits || digits->size() > most) {
    return refused(fmt::format(
        "the thumbprint has {} digits: give all {} of SHA-1 or {} of SHA-256, or at least the "
        "first {}",
        digits->size(), kSha1Digits, kSha256Digits, kFewestDigits));
  }
  const bool sha1 = digest != 256 && digits->size() <= kSha1Digits;
  return Thumbprint(std::move(*digits), sha1, digest != 1);
}

bool Thumbprint::whole() const {
  return digits_.size() == kSha256Digits || (sha1_ && digits_.size() == kSha1Digits);
}

bool Thumbprint::matches(const crypto::Sha1& sha1, const crypto::Sha256& sha256) const {
  return (sha1_ && crypto::hex(sha1).starts_with(digits_)) ||
         (sha256_ && crypto::hex(sha256).starts_with(digits_));
}

}  // namespace gatehouse::certs
