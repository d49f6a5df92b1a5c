#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "http/chars.h"
#include "http/fields.h"

namespace gatehouse::http {
namespace {

struct Known {
  std::string_view name;  // lower case
  FieldId id = FieldId::other;
};

constexpr auto kKnown = std::to_array<Known>({
    {"connection", FieldId::connection},
    {"keep-alive", FieldId::keep_alive},
    {"proxy-connection", FieldId::proxy_connection},
    {"te", FieldId::te},
    {"transfer-encoding", FieldId::transfer_encoding},
    {"upgrade", FieldId::upgrade},
    {"http2-settings", FieldId::http2_settings},
    {"content-length", FieldId::content_length},
    {"trailer", FieldId::trailer},
    {"host", FieldId::host},
    {"expect", FieldId::expect},
    {"max-forwards", FieldId::max_forwards},
    {"forwarded", FieldId::forwarded},
    {"x-forwarded-for", FieldId::x_forwarded_for},
    {"x-forwarded-proto", FieldId::x_forwarded_proto},
    {"x-forwarded-host", FieldId::x_forwarded_host},
    {"x-forwarded-port", FieldId::x_forwarded_port},
    {"x-real-ip", FieldId::x_real_ip},
    {"x-request-id", FieldId::x_request_id},
    {"traceparent", FieldId::traceparent},
    {"tracestate", FieldId::tracestate},
    {"proxy", FieldId::proxy},
    {"accept", FieldId::accept},
    {"age", FieldId::age},
    {"authorization", FieldId::authorization},
    {"cache-control", FieldId::cache_control},
    {"content-encoding", FieldId::content_encoding},
    {"content-range", FieldId::content_range},
    {"content-type", FieldId::content_type},
    {"cookie", FieldId::cookie},
    {"date", FieldId::date},
    {"expires", FieldId::expires},
    {"if-match", FieldId::if_match},
    {"if-modified-since", FieldId::if_modified_since},
    {"if-none-match", FieldId::if_none_match},
    {"if-range", FieldId::if_range},
    {"if-unmodified-since", FieldId::if_unmodified_since},
    {"location", FieldId::location},
    {"origin", FieldId::origin},
    {"pragma", FieldId::pragma},
    {"proxy-authenticate", FieldId::proxy_authenticate},
    {"proxy-authorization", FieldId::proxy_authorization},
    {"range", FieldId::range},
    {"referer", FieldId::referer},
    {"retry-after", FieldId::retry_after},
    {"sec-websocket-accept", FieldId::sec_websocket_accept},
    {"sec-websocket-extensions", FieldId::sec_websocket_extensions},
    {"sec-websocket-key", FieldId::sec_websocket_key},
    {"sec-websocket-protocol", FieldId::sec_websocket_protocol},
    {"sec-websocket-version", FieldId::sec_websocket_version},
    {"server", FieldId::server},
    {"set-cookie", FieldId::set_cookie},
    {"user-agent", FieldId::user_agent},
    {"vary", FieldId::vary},
    {"via", FieldId::via},
    {"warning", FieldId::warning},
    {"www-authenticate", FieldId::www_authenticate},
});

// Names that begin like this carry a client certificate or what was found in it, as Apache, nginx,
// HAProxy, Envoy, Traefik, IIS and RFC 9440 name it.
constexpr auto kCertificatePrefixes = std::to_array<std::string_view>(
    {"client-cert", "ssl-client-", "x-arr-clientcert", "x-client-cert", "x-ssl-client",
     "x-ssl-cert", "x-forwarded-client-cert", "x-forwarded-tls-client-cert"});

constexpr std::string_view kForwardedPrefix = "x-forwarded-";

// Lower case, and all punctuation alike: as CGI-like servers see names.
constexpr std::array<char, 256> make_folded() {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = detail::is_alpha(c) || detail::is_digit(c);
    table[c] = alnum ? kLowerChars[c] : '-';
  }
  return table;
}
constexpr std::array<char, 256> kFolded = make_folded();
constexpr char fold(char c) { return kFolded[static_cast<unsigned char>(c)]; }

constexpr std::size_t kSlots = 1024;

constexpr std::size_t slot(std::string_view name, unsigned seed) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(fold(name[i])); };
  const std::size_t size = name.size();
  unsigned hash = static_cast<unsigned>(size) * 0x9e3779b1U;
  hash = (hash ^ at(0)) * seed;
  hash = (hash ^ at(size / 2)) * seed;
  hash = (hash ^ at(size - 2)) * seed;
  hash = (hash ^ at(size - 1)) * seed;
  return (hash >> 16) % kSlots;
}

struct Table {
  unsigned seed = 0;
  std::array<std::uint8_t, kSlots> index{};  // one more than the index in kKnown; 0 is empty
};

constexpr bool fill(Table& table) {
  table.index = {};
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    std::uint8_t& entry = table.index[slot(kKnown[i].name, table.seed)];
    if (entry != 0) return false;
    entry = static_cast<std::uint8_t>(i + 1);
  }
  return true;
}

consteval Table perfect_table() {
  Table table;
  for (table.seed = 0x01000193U; !fill(table); table.seed += 2) {
  }
  return table;
}
constexpr Table kTable = perfect_table();

std::uint64_t load(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Whether a token is `wanted` in some case; both have the same size. Every character of `wanted`
// has the bit that upper case lacks, and of a token only letters can gain it and match.
bool equal_token(std::string_view token, std::string_view wanted) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::uint64_t kLowerBits = 0x2020202020202020;
  if (wanted.size() < kWord) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if ((token[i] | 0x20) != wanted[i]) return false;
    }
    return true;
  }
  const auto differ = [&](std::size_t at) {
    return ((load(token.data() + at) | kLowerBits) ^ load(wanted.data() + at)) != 0;
  };
  for (std::size_t at = 0; at + kWord <= wanted.size(); at += kWord) {
    if (differ(at)) return false;
  }
  return !differ(wanted.size() - kWord);
}

bool equal_folded(std::string_view name, std::string_view wanted) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (fold(name[i]) != fold(wanted[i])) return false;
  }
  return true;
}

bool begins_like(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && equal_folded(name.substr(0, prefix.size()), prefix);
}

FieldId classify_by_prefix(std::string_view name) {
  const char first = fold(name[0]);
  const char second = fold(name[1]);
  const bool possible = (first == 'x' && second == '-') || (first == 'c' && second == 'l') ||
                        (first == 's' && second == 's');
  if (!possible) return FieldId::other;
  for (const std::string_view prefix : kCertificatePrefixes) {
    if (begins_like(name, prefix)) return FieldId::client_certificate;
  }
  if (!begins_like(name, kForwardedPrefix)) return FieldId::other;
  return equal_token(name.substr(0, kForwardedPrefix.size()), kForwardedPrefix)
             ? FieldId::x_forwarded_other
             : FieldId::lookalike;
}

}  // namespace

FieldId classify_field(std::string_view name) {
  if (name.size() < 2) return FieldId::other;
  const std::uint8_t entry = kTable.index[slot(name, kTable.seed)];
  if (entry != 0) {
    const Known& known = kKnown[entry - 1U];
    if (known.name.size() == name.size()) {
      if (equal_token(name, known.name)) return known.id;
      if (equal_folded(name, known.name)) return FieldId::lookalike;
    }
  }
  return classify_by_prefix(name);
}

}  // namespace gatehouse::http
