#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gatehouse::crypto {

// Bounds of one PEM text; real ones are a few KiB, collections of all public roots about a MiB.
inline constexpr std::size_t kLargestPemText = 4 << 20;
inline constexpr std::size_t kMostPemBlocks = 1024;

// One `-----BEGIN label-----` block (RFC 7468). The content may be a key, so it is a Secret.
struct PemBlock {
  std::string label;
  // What the header DEK-Info says of an encrypted block, as old tools write ("AES-256-CBC,0011..",
  // RFC 1421 section 4.6.1.3); `der` is then what was encrypted.
  bool encrypted = false;
  std::string encryption{};
  Secret der;
};

// All blocks in the order of the text. Text around the blocks is skipped, as is usual for bundles
// with comments; inside a block everything must be right. A text without any block is not an error
// but an empty list: the caller knows what it missed.
Result<std::vector<PemBlock>> parse_pem(std::string_view text);

// The block as text, lines of 64 characters.
std::string write_pem(std::string_view label, ByteView der);
Secret write_secret_pem(std::string_view label, const Secret& der);

}  // namespace gatehouse::crypto
