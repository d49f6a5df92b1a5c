#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gatehouse::crypto {

// What protects a key on its way: UTF-8 text of at most 1,024 bytes without NUL. Wiped at its end,
// never copied and never printed.
class Passphrase {
 public:
  static Result<Passphrase> parse(std::string_view utf8);

  ByteView utf8() const { return utf8_.view(); }
  bool empty() const { return utf8_.empty(); }

 private:
  explicit Passphrase(Secret utf8) : utf8_(std::move(utf8)) {}

  Secret utf8_;
};

// One way in which programs turn a passphrase into the bytes that a key is derived from.
struct PassphraseSpelling {
  Secret text;  // for PBKDF1, PBKDF2, and the headers of old PEM keys
  Secret wide;  // for the derivation of PKCS#12: big-endian UTF-16 with a NUL (RFC 7292 appendix B)
};

// The right spelling first, then those of programs that got it wrong: NSS gives PBKDF2 the wide
// form, old OpenSSL widens bytes instead of characters, and the empty passphrase has two forms.
std::vector<PassphraseSpelling> spellings_of(const Passphrase& passphrase);

}  // namespace gatehouse::crypto
