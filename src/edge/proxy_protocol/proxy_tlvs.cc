#include "edge/proxy_protocol/proxy_tlvs.h"

#include <algorithm>
#include <bitset>

#include "base/utf8.h"
#include "edge/proxy_protocol/crc32c.h"

namespace gatehouse::edge {
namespace {

enum Type : std::uint8_t {
  kAlpn = 0x01,
  kAuthority = 0x02,
  kCrc32c = 0x03,
  kUniqueId = 0x05,
  kSsl = 0x20,
  // Within kSsl.
  kSslVersion = 0x21,
  kSslCommonName = 0x22,
  kSslCipher = 0x23,
  kSslSignatureAlgorithm = 0x24,
  kSslKeyAlgorithm = 0x25,
};

// Bits of the first byte of kSsl, and what stands before its own TLVs.
constexpr unsigned kSslTls = 1;
constexpr unsigned kSslCertificateOnConnection = 2;
constexpr unsigned kSslCertificateInSession = 4;
constexpr std::size_t kSslStart = 5;

constexpr std::size_t kTlvStart = 3;
constexpr std::size_t kChecksumSize = 4;

struct Tlv {
  std::uint8_t type = 0;
  std::string_view value;
};

std::optional<Tlv> take_tlv(std::string_view& rest) {
  if (rest.size() < kTlvStart) return std::nullopt;
  const auto size = number_at<std::uint16_t>(rest, 1);
  if (rest.size() - kTlvStart < size) return std::nullopt;
  const Tlv tlv{number_at<std::uint8_t>(rest, 0), rest.substr(kTlvStart, size)};
  rest.remove_prefix(kTlvStart + size);
  return tlv;
}

bool is_short(std::string_view bytes) { return bytes.size() <= ProxyHeader::kLongestText; }

bool is_ascii(std::string_view text) {
  return is_short(text) && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Each returns what is wrong, or an empty text.
std::string_view read_ssl_text(const Tlv& tlv, ProxySsl& out) {
  constexpr std::string_view kWrong =
      "has a PROXY header whose SSL has a text that is too long or not printable";
  const auto keep = [&](bool valid, std::string& into) {
    into = valid ? tlv.value : std::string_view{};
    return valid ? std::string_view{} : kWrong;
  };
  switch (tlv.type) {
    case kSslVersion: return keep(is_ascii(tlv.value), out.version);
    case kSslCommonName: return keep(ProxyHeader::can_say(tlv.value), out.client_common_name);
    case kSslCipher: return keep(is_ascii(tlv.value), out.cipher);
    case kSslSignatureAlgorithm: return keep(is_ascii(tlv.value), out.signature_algorithm);
    case kSslKeyAlgorithm: return keep(is_ascii(tlv.value), out.key_algorithm);
    default: return {};
  }
}

// Which of the types that are read have been there. One that comes twice could mean either.
class Seen {
 public:
  bool again(std::uint8_t type) {
    const bool read = type == kAlpn || type == kAuthority || type == kCrc32c || type == kUniqueId ||
                      (type >= kSsl && type <= kSslKeyAlgorithm);
    if (!read) return false;
    const bool seen = seen_[type];
    seen_.set(type);
    return seen;
  }

 private:
  std::bitset<kSslKeyAlgorithm + 1> seen_;
};

constexpr std::string_view kTwice = "has a PROXY header whose TLVs say one thing twice";

std::string_view read_ssl(std::string_view value, ProxySsl& out) {
  constexpr std::string_view kCut = "has a PROXY header whose SSL is cut off";
  if (value.size() < kSslStart) return kCut;
  const unsigned client = number_at<std::uint8_t>(value, 0);
  out.tls = (client & kSslTls) != 0;
  out.certificate_on_connection = (client & kSslCertificateOnConnection) != 0;
  out.certificate_in_session = (client & kSslCertificateInSession) != 0;
  // Senders say 0, which is good, also where there was no certificate to verify.
  out.verified = number_at<std::uint32_t>(value, 1) == 0 &&
                 (out.certificate_on_connection || out.certificate_in_session);
  Seen seen;
  for (std::string_view rest = value.substr(kSslStart); !rest.empty();) {
    const auto tlv = take_tlv(rest);
    if (!tlv) return kCut;
    if (seen.again(tlv->type)) return kTwice;
    if (const auto wrong = read_ssl_text(*tlv, out); !wrong.empty()) return wrong;
  }
  return {};
}

// Over the whole header with zeros in the place of the checksum, `sum`.
bool checksum_holds(std::string_view header, std::string_view sum) {
  if (sum.size() != kChecksumSize) return false;
  constexpr std::string_view kZeros{"\0\0\0\0", kChecksumSize};
  const auto at = static_cast<std::size_t>(sum.data() - header.data());
  const std::uint32_t before = crc32c(kZeros, crc32c(header.substr(0, at)));
  return crc32c(header.substr(at + kChecksumSize), before) == number_at<std::uint32_t>(sum, 0);
}

std::string_view read_tlv(const Tlv& tlv, std::string_view header, ProxyHeader& out) {
  switch (tlv.type) {
    case kAlpn:
      if (!is_short(tlv.value)) return "has a PROXY header whose ALPN is longer than 255 bytes";
      out.alpn = tlv.value;
      return {};
    case kAuthority:
      if (!ProxyHeader::can_say(tlv.value)) {
        return "has a PROXY header whose AUTHORITY is too long or not printable";
      }
      out.authority = tlv.value;
      return {};
    case kUniqueId:
      if (tlv.value.size() > ProxyHeader::kLongestUniqueId) {
        return "has a PROXY header whose UNIQUE_ID is longer than 128 bytes";
      }
      out.unique_id = tlv.value;
      return {};
    case kCrc32c:
      if (checksum_holds(header, tlv.value)) return {};
      return "has a PROXY header whose CRC32C is wrong";
    case kSsl: return read_ssl(tlv.value, out.ssl.emplace());
    default: return {};
  }
}

void write_tlv(ProxyWriter& out, Type type, std::string_view value) {
  if (value.empty()) return;
  out.number(static_cast<std::uint8_t>(type));
  out.number(static_cast<std::uint16_t>(value.size()));
  out.text(value);
}

void write_ssl(ProxyWriter& out, const ProxySsl& ssl) {
  const bool certificate = ssl.certificate_on_connection || ssl.certificate_in_session;
  const unsigned client = (ssl.tls ? kSslTls : 0) |
                          (ssl.certificate_on_connection ? kSslCertificateOnConnection : 0) |
                          (ssl.certificate_in_session ? kSslCertificateInSession : 0);
  const std::size_t start = out.size() + 1;
  out.number(static_cast<std::uint8_t>(kSsl));
  out.number(std::uint16_t{0});
  out.number(static_cast<std::uint8_t>(client));
  out.number(std::uint32_t{certificate && ssl.verified ? 0U : 1U});
  write_tlv(out, kSslVersion, ssl.version);
  write_tlv(out, kSslCommonName, ssl.client_common_name);
  write_tlv(out, kSslCipher, ssl.cipher);
  write_tlv(out, kSslSignatureAlgorithm, ssl.signature_algorithm);
  write_tlv(out, kSslKeyAlgorithm, ssl.key_algorithm);
  out.replace(start, static_cast<std::uint16_t>(out.size() - start - sizeof(std::uint16_t)));
}

bool ssl_is_valid(const ProxySsl& ssl) {
  return is_ascii(ssl.version) && is_ascii(ssl.cipher) &&
         ProxyHeader::can_say(ssl.client_common_name) && is_ascii(ssl.signature_algorithm) &&
         is_ascii(ssl.key_algorithm);
}

}  // namespace

// U+0080 to U+009F are control characters too.
bool ProxyHeader::can_say(std::string_view text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return false;
    before = byte;
  }
  return is_short(text) && is_utf8(text);
}

std::string_view read_tlvs(std::string_view header, std::size_t at, ProxyHeader& out) {
  Seen seen;
  for (std::string_view rest = header.substr(at); !rest.empty();) {
    const auto tlv = take_tlv(rest);
    if (!tlv) return "has a PROXY header whose TLVs are cut off";
    if (seen.again(tlv->type)) return kTwice;
    if (const auto wrong = read_tlv(*tlv, header, out); !wrong.empty()) return wrong;
  }
  return {};
}

bool tlvs_are_valid(const ProxyHeader& header) {
  return is_short(header.alpn) && ProxyHeader::can_say(header.authority) &&
         header.unique_id.size() <= ProxyHeader::kLongestUniqueId &&
         (!header.ssl || ssl_is_valid(*header.ssl));
}

void write_tlvs(ProxyWriter& out, const ProxyHeader& header) {
  write_tlv(out, kAlpn, header.alpn);
  write_tlv(out, kAuthority, header.authority);
  write_tlv(out, kUniqueId, header.unique_id);
  if (header.ssl) write_ssl(out, *header.ssl);
}

void write_empty_checksum(ProxyWriter& out) {
  constexpr std::string_view kZeros{"\0\0\0\0", kChecksumSize};
  write_tlv(out, kCrc32c, kZeros);
}

}  // namespace gatehouse::edge
