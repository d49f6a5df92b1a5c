#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/h1_writer.h"
#include "http/message.h"

namespace gatehouse::http {

// Who asks, as far as the connection itself tells.
struct ClientFacts {
  std::string_view address{};  // text of the peer's IP address, IPv6 without brackets
  Scheme scheme = Scheme::https;
  std::uint16_t port = 0;  // of ours that the client dialled
  bool trusted = false;    // a proxy whose X-Forwarded-* and Forwarded are believed
};

struct UpstreamRequest {
  // The Host of a request that has none (HTTP/1.0).
  std::string_view fallback_host = "localhost";
  // How the content is sent on when not as it came: none, exact or chunked.
  std::optional<BodyLength> body{};
  bool pass_expect = true;  // let the upstream decide about 100 Continue
  // X-Request-Id, instead of what the client sent. Empty: the client's passes.
  std::string_view request_id{};
  // Instead of the client's traceparent and tracestate. Empty: the client's pass.
  std::string_view traceparent{};
};

// Writes the head that an upstream gets: HTTP/1.1, hop-by-hop fields and those named by Connection
// removed (RFC 9110 section 7.6.1), X-Forwarded-For/-Proto/-Host/-Port and Forwarded (RFC 7239) set
// by us. What the client claims about itself is dropped unless it is a trusted proxy, whose claims
// are extended; client certificate fields are dropped always. The size, or nothing when `out` is
// too small: kForwardingGrowth more than the request's own head (and the texts of `how`) is enough.
[[nodiscard]] std::optional<std::size_t> build_upstream_request(std::span<char> out,
                                                                const RequestHead& request,
                                                                const ClientFacts& client,
                                                                const UpstreamRequest& how);
inline constexpr std::size_t kForwardingGrowth = 4096;

struct ClientResponse {
  BodyLength body{};  // of client_framing()
  bool keep_alive = true;
  std::string_view date{};  // what Date says when the upstream sent none
  std::uint8_t client_minor = 1;
  bool accepts_trailers = false;
};

// How the content of `response` reaches a client: as it came where possible, chunked where its
// length is unknown, until_close for HTTP/1.0 (keep_alive must be false then).
BodyLength client_framing(const ResponseHead& response, std::uint8_t client_minor);

// Writes the head that the client gets: hop-by-hop fields removed, our own Connection, Date when
// missing (RFC 9110 section 6.6.1). Also for 101 and other 1xx. The size, or nothing when `out` is
// too small: kForwardingGrowth more than the response's own head is always enough.
[[nodiscard]] std::optional<std::size_t> build_client_response(std::span<char> out,
                                                               const ResponseHead& response,
                                                               const ClientResponse& how);

// The address that a request comes from, for logs and limits: the last of X-Forwarded-For that
// `trusted` does not vouch for, seen from `peer` backwards. `trusted(std::string_view address)` is
// asked for each hop; the result borrows `peer` or the fields and need not be an address.
template <class Trusted>
std::string_view client_address(std::string_view peer, const Fields& fields, Trusted trusted) {
  std::string_view address = peer;
  if (!fields.has(FieldId::x_forwarded_for)) return address;
  for (const Field* field = fields.end(); field != fields.begin();) {
    if ((--field)->id() != FieldId::x_forwarded_for) continue;
    std::string_view rest = field->value();
    for (auto hop = last_list_element(rest); !hop.empty(); hop = last_list_element(rest)) {
      if (!trusted(address)) return address;
      address = hop;
    }
  }
  return address;
}

}  // namespace gatehouse::http
