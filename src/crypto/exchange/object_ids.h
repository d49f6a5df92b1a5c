#pragma once

#include <string_view>

// Object identifiers of RFC 7292 (PKCS#12), RFC 5652 (CMS, once PKCS#7) and RFC 8018 (PKCS#5).
namespace gatehouse::crypto::object_id {

inline constexpr std::string_view kData = "1.2.840.113549.1.7.1";
inline constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
inline constexpr std::string_view kEnvelopedData = "1.2.840.113549.1.7.3";
inline constexpr std::string_view kEncryptedData = "1.2.840.113549.1.7.6";

inline constexpr std::string_view kKeyBag = "1.2.840.113549.1.12.10.1.1";
inline constexpr std::string_view kShroudedKeyBag = "1.2.840.113549.1.12.10.1.2";
inline constexpr std::string_view kCertificateBag = "1.2.840.113549.1.12.10.1.3";
inline constexpr std::string_view kCrlBag = "1.2.840.113549.1.12.10.1.4";
inline constexpr std::string_view kSecretBag = "1.2.840.113549.1.12.10.1.5";
inline constexpr std::string_view kSafeContentsBag = "1.2.840.113549.1.12.10.1.6";
inline constexpr std::string_view kX509Certificate = "1.2.840.113549.1.9.22.1";
inline constexpr std::string_view kFriendlyName = "1.2.840.113549.1.9.20";
inline constexpr std::string_view kLocalKeyId = "1.2.840.113549.1.9.21";

inline constexpr std::string_view kPbeMd5Des = "1.2.840.113549.1.5.3";
inline constexpr std::string_view kPbeSha1Des = "1.2.840.113549.1.5.10";
inline constexpr std::string_view kPbkdf2 = "1.2.840.113549.1.5.12";
inline constexpr std::string_view kPbes2 = "1.2.840.113549.1.5.13";
inline constexpr std::string_view kPbmac1 = "1.2.840.113549.1.5.14";
inline constexpr std::string_view kScrypt = "1.3.6.1.4.1.11591.4.11";

inline constexpr std::string_view kPbe128Rc4 = "1.2.840.113549.1.12.1.1";
inline constexpr std::string_view kPbe40Rc4 = "1.2.840.113549.1.12.1.2";
inline constexpr std::string_view kPbe3Des = "1.2.840.113549.1.12.1.3";
inline constexpr std::string_view kPbe2Des = "1.2.840.113549.1.12.1.4";
inline constexpr std::string_view kPbe128Rc2 = "1.2.840.113549.1.12.1.5";
inline constexpr std::string_view kPbe40Rc2 = "1.2.840.113549.1.12.1.6";

inline constexpr std::string_view kSha1 = "1.3.14.3.2.26";
inline constexpr std::string_view kSha256 = "2.16.840.1.101.3.4.2.1";
inline constexpr std::string_view kHmacSha1 = "1.2.840.113549.2.7";
inline constexpr std::string_view kHmacSha256 = "1.2.840.113549.2.9";
inline constexpr std::string_view kAes256Cbc = "2.16.840.1.101.3.4.1.42";

}  // namespace gatehouse::crypto::object_id
