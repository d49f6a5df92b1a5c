#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/exchange/passphrase.h"
#include "crypto/identity.h"

namespace gatehouse::crypto {

// Who has to open the file. What each of them can do, and how we know: docs/decisions/0013.
enum class Pkcs12Profile : unsigned char {
  windows_2016,  // Windows before 10 1709 and Server 2019: 3DES and SHA-1
  windows,       // AES-256 and SHA-256, like the two below
  java,          // 8u301, 11.0.12, and later
  openssl,       // 1.1 and later, GnuTLS, NSS
  macos,         // 3DES and SHA-1
};

// "windows-2016", as people write it; all of them in the order of the enumeration.
std::string_view profile_name(Pkcs12Profile profile);
std::vector<std::string_view> profile_names();
std::optional<Pkcs12Profile> profile_by_name(std::string_view name);

struct Pkcs12Options {
  Pkcs12Profile profile = Pkcs12Profile::openssl;
  std::string friendly_name{};        // what the other machine shows; "" for none
  std::optional<Certificate> root{};  // put behind the chain, for machines that want it there
};

// A PKCS#12 file (RFC 7292) with the key, its certificate and the chain, which was opened again
// with the passphrase before it is returned. Refused with a sentence: an empty passphrase, a
// friendly name that is no text or too long, Ed25519 for macos and windows-2016. How strong the
// passphrase is, is the caller's question: see estimate_passphrase(). Blocks for some ten thousand
// rounds.
Result<Secret> write_pkcs12(const Identity& identity, const Pkcs12Options& options,
                            const Passphrase& passphrase);

}  // namespace gatehouse::crypto
