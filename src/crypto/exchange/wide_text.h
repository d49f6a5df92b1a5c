#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace gatehouse::crypto {

// BMPString, as PKCS#12 writes names and passphrases: two bytes a unit, the higher one first.
// Characters beyond the BMP are surrogate pairs, as every program of today writes them.

// Of valid UTF-8; without a NUL at the end.
Secret wide_text(std::string_view utf8);

// As UTF-8; what is no character becomes U+FFFD, an odd byte at the end is dropped.
std::string narrow_text(ByteView wide);

}  // namespace gatehouse::crypto
