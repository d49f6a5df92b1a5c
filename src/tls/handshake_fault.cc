#include "tls/handshake_fault.h"

#include <array>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace gatehouse::tls {

HandshakeFault classify(std::uint32_t library_error) {
  if (ERR_GET_LIB(library_error) != ERR_LIB_SSL) return HandshakeFault::bad_message;
  const int reason = ERR_GET_REASON(library_error);
  if (reason > SSL_AD_REASON_OFFSET) return HandshakeFault::alerted;
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST: return HandshakeFault::plain_http;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUP:
    case SSL_R_NO_COMMON_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_APPLICATION_PROTOCOL: return HandshakeFault::no_overlap;
    default: return HandshakeFault::bad_message;
  }
}

std::string describe(std::uint32_t library_error) {
  const int reason = ERR_GET_REASON(library_error);
  if (ERR_GET_LIB(library_error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET) {
    return fmt::format("the peer ended TLS with the alert \"{}\"",
                       SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
  }
  const char* text = ERR_reason_error_string(library_error);
  return fmt::format("TLS failed: {}", text == nullptr ? "unknown error" : text);
}

std::string_view text(HandshakeFault fault) {
  static constexpr std::array<std::string_view, 9> kTexts{
      "ok",         "timed_out",   "peer_left",    "alerted", "plain_http",
      "no_overlap", "bad_message", "unknown_name", "ours"};
  return kTexts[static_cast<std::size_t>(fault)];
}

std::string_view version_text(std::uint16_t version) {
  switch (version) {
    case TLS1_3_VERSION: return "1.3";
    case TLS1_2_VERSION: return "1.2";
    default: return "none";
  }
}

std::string_view cipher_suite_text(std::uint16_t cipher_suite) {
  const SSL_CIPHER* cipher = SSL_get_cipher_by_value(cipher_suite);
  return cipher == nullptr ? "none" : SSL_CIPHER_standard_name(cipher);
}

std::string_view group_text(std::uint16_t group) {
  const char* name = group == 0 ? nullptr : SSL_get_group_name(group);
  return name == nullptr ? "none" : name;
}

}  // namespace gatehouse::tls
