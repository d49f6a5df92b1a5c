#include "crypto/exchange/passphrase.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"
#include "crypto/exchange/wide_text.h"
#include "crypto/exchange/wipe.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLongestPassphrase = 1024;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

Secret with_nul(ByteView wide) {
  Bytes ended(wide.size() + 2);
  std::ranges::copy(wide, ended.begin());
  Secret secret{ByteView(ended)};
  wipe(ended);
  return secret;
}

// Each byte of the UTF-8 as if it were a character.
Secret widened_bytes(ByteView utf8) {
  Bytes wide(utf8.size() * 2 + 2);
  for (std::size_t i = 0; i < utf8.size(); ++i) wide[2 * i + 1] = utf8[i];
  Secret secret{ByteView(wide)};
  wipe(wide);
  return secret;
}

}  // namespace

Result<Passphrase> Passphrase::parse(std::string_view utf8) {
  if (utf8.size() > kLongestPassphrase) {
    return refused(fmt::format("a passphrase has at most {} bytes", kLongestPassphrase));
  }
  if (utf8.find('\0') != std::string_view::npos) {
    return refused("a passphrase cannot contain a NUL byte");
  }
  if (!is_utf8(utf8)) {
    return refused("the passphrase is not UTF-8 text: give it in a terminal or file of UTF-8");
  }
  return Passphrase(Secret(utf8));
}

std::vector<PassphraseSpelling> spellings_of(const Passphrase& passphrase) {
  const ByteView utf8 = passphrase.utf8();
  const Secret wide = with_nul(wide_text(as_text(utf8)).view());
  std::vector<PassphraseSpelling> spellings;
  spellings.push_back({Secret(utf8), Secret(wide.view())});
  if (passphrase.empty()) spellings.push_back({Secret(), Secret()});
  if (std::ranges::any_of(utf8, [](std::uint8_t byte) { return byte >= 0x80; })) {
    spellings.push_back({Secret(utf8), widened_bytes(utf8)});
  }
  spellings.push_back({Secret(wide.view()), Secret(wide.view())});
  return spellings;
}

}  // namespace gatehouse::crypto
