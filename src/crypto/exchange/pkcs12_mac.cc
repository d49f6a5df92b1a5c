#include "crypto/exchange/pkcs12_mac.h"

#include <limits>

#include <fmt/format.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>

#include "crypto/exchange/der.h"
#include "crypto/exchange/object_ids.h"

namespace gatehouse::crypto {
namespace {

using Kind = ReadFailure::Kind;

constexpr std::string_view kFile = "the PKCS#12 file";
// RFC 9579 section 4 wants a key of at least 20 bytes; ours to bound from above.
constexpr std::uint64_t kShortestMacKey = 20;

std::unexpected<ReadFailure> broken() { return damaged("the MAC of the PKCS#12 file is damaged"); }

std::unexpected<ReadFailure> unsupported(std::string_view id) {
  return not_read(Kind::unsupported,
                  fmt::format("the MAC of the PKCS#12 file is made with {}, which is not read: "
                              "export it again with SHA-256",
                              algorithm_name(id)));
}

bool is_mac(const EVP_MD* digest, ByteView key, ByteView contents, ByteView expected) {
  std::uint8_t mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  return HMAC(digest, key.data(), key.size(), contents.data(), contents.size(), mac, &size) !=
             nullptr &&
         size == expected.size() && CRYPTO_memcmp(mac, expected.data(), size) == 0;
}

struct MacData {
  ByteView algorithm;  // whole
  ByteView mac;
  Salted salted;
};

std::optional<MacData> parse_mac_data(ByteView whole) {
  auto in = Der(whole).sequence();
  auto digest_info = in ? in->sequence() : std::nullopt;
  const auto algorithm = digest_info ? digest_info->element(CBS_ASN1_SEQUENCE) : std::nullopt;
  const auto mac = digest_info ? digest_info->octets() : std::nullopt;
  const auto salt = in ? in->octets() : std::nullopt;
  if (!algorithm || !mac || !digest_info->done() || !salt) return std::nullopt;
  std::uint64_t rounds = 1;
  if (!in->done()) {
    const auto said = in->number();
    if (!said || *said == 0 || *said > std::numeric_limits<std::uint32_t>::max()) {
      return std::nullopt;
    }
    rounds = *said;
  }
  if (!in->done()) return std::nullopt;
  return MacData{*algorithm, *mac, {*salt, static_cast<std::uint32_t>(rounds)}};
}

Read<Ok> check_own(const MacData& data, std::string_view digest_id, ByteView contents,
                   Unlocker& unlocker) {
  const EVP_MD* digest = digest_by_id(digest_id);
  if (digest == nullptr) return unsupported(digest_id);
  if (data.salted.salt.empty()) return broken();
  return unlocker.prove(kFile, &PassphraseSpelling::wide, data.salted.rounds,
                        [&](const PassphraseSpelling& one) {
                          const auto key = derive_pkcs12(digest, Pkcs12Use::mac, one.wide.view(),
                                                         data.salted, EVP_MD_size(digest));
                          return key && is_mac(digest, key->view(), contents, data.mac);
                        });
}

Read<Ok> check_pbmac1(const MacData& data, Der parameters, ByteView contents, Unlocker& unlocker) {
  auto both = parameters.sequence();
  const auto derivation = both ? both->element(CBS_ASN1_SEQUENCE) : std::nullopt;
  auto scheme = both ? both->sequence() : std::nullopt;
  const auto scheme_id = scheme ? scheme->object_id() : std::nullopt;
  if (!derivation || !scheme_id || !both->done() || !parameters.done()) return broken();
  auto pbkdf2 = Pbkdf2::parse(*derivation);
  if (!pbkdf2) return pass_on(pbkdf2);
  const EVP_MD* digest = hmac_digest(*scheme_id);
  if (digest == nullptr) return unsupported(*scheme_id);
  if (pbkdf2->key_size < kShortestMacKey) return broken();
  const Salted salted{pbkdf2->salt, pbkdf2->rounds};
  const std::uint64_t blocks = pbkdf2->key_size / EVP_MD_size(pbkdf2->digest) + 1;
  return unlocker.prove(kFile, &PassphraseSpelling::text, 2 * blocks * pbkdf2->rounds,
                        [&](const PassphraseSpelling& one) {
                          const auto key = derive_pbkdf2(pbkdf2->digest, one.text.view(), salted,
                                                         pbkdf2->key_size);
                          return key && is_mac(digest, key->view(), contents, data.mac);
                        });
}

}  // namespace

Read<Ok> check_pkcs12_mac(ByteView mac_data, ByteView contents, Unlocker& unlocker) {
  const auto data = parse_mac_data(mac_data);
  auto algorithm = data ? Der(data->algorithm).sequence() : std::nullopt;
  const auto id = algorithm ? algorithm->object_id() : std::nullopt;
  if (!id) return broken();
  if (*id == object_id::kPbmac1) return check_pbmac1(*data, *algorithm, contents, unlocker);
  if (!algorithm->skip_optional(CBS_ASN1_NULL) || !algorithm->done()) return broken();
  return check_own(*data, *id, contents, unlocker);
}

}  // namespace gatehouse::crypto
