#include "tls/hello.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace gatehouse::tls {
namespace {

// Lists of 16-bit numbers, as hellos are full of. Odd or cut lists read as far as they go: the
// library itself refuses them afterwards.
template <class Wanted>
bool holds(ByteView list, const Wanted& wanted) {
  for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
    const auto value = static_cast<std::uint16_t>(list[i] << 8 | list[i + 1]);
    if (std::ranges::find(wanted, value) != wanted.end()) return true;
  }
  return false;
}

ByteView extension(const SSL_CLIENT_HELLO& hello, std::uint16_t type) {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  if (SSL_early_callback_ctx_extension_get(&hello, type, &data, &size) != 1) return {};
  return {data, size};
}

// The extension's list behind its length of `prefix` bytes.
ByteView list(const SSL_CLIENT_HELLO& hello, std::uint16_t type, std::size_t prefix) {
  const ByteView whole = extension(hello, type);
  return whole.size() < prefix ? ByteView{} : whole.subspan(prefix);
}

constexpr std::array<std::uint16_t, 1> kTls13{0x0304};
constexpr std::array<std::uint16_t, 1> kP256{0x0017};
// TLS 1.3 binds the curve to the hash and signs with RSA-PSS only (RFC 8446 section 4.2.3).
constexpr std::array<std::uint16_t, 1> kEcdsaSignatures13{0x0403};
constexpr std::array<std::uint16_t, 3> kRsaSignatures13{0x0804, 0x0805, 0x0806};
constexpr std::array<std::uint16_t, 2> kEcdsaSignatures12{0x0403, 0x0503};
constexpr std::array<std::uint16_t, 5> kRsaSignatures12{0x0804, 0x0805, 0x0806, 0x0401, 0x0501};
constexpr std::array<std::uint16_t, 5> kEcdsaSuites{0xC02B, 0xC02C, 0xCCA9, 0xC009, 0xC00A};
constexpr std::array<std::uint16_t, 5> kRsaSuites{0xC02F, 0xC030, 0xCCA8, 0xC013, 0xC014};

}  // namespace

ClientHello read_hello(const SSL_CLIENT_HELLO& hello) {
  ClientHello seen;
  if (const char* name = SSL_get_servername(hello.ssl, TLSEXT_NAMETYPE_host_name)) {
    auto parsed = ServerName::parse(name);
    // RFC 6066 section 3: a literal address is no host name.
    if (parsed && !parsed->is_address()) seen.server_name.emplace(std::move(*parsed));
  }
  const ByteView signatures = list(hello, TLSEXT_TYPE_signature_algorithms, 2);
  if (holds(list(hello, TLSEXT_TYPE_supported_versions, 1), kTls13)) {
    seen.takes_ecdsa = holds(signatures, kEcdsaSignatures13);
    seen.takes_rsa = holds(signatures, kRsaSignatures13);
    return seen;
  }
  // In TLS 1.2 the suite names the kind of key, and the curve must be among the groups.
  const ByteView suites{hello.cipher_suites, hello.cipher_suites_len};
  seen.takes_ecdsa = holds(signatures, kEcdsaSignatures12) && holds(suites, kEcdsaSuites) &&
                     holds(list(hello, TLSEXT_TYPE_supported_groups, 2), kP256);
  seen.takes_rsa = holds(signatures, kRsaSignatures12) && holds(suites, kRsaSuites);
  return seen;
}

}  // namespace gatehouse::tls
