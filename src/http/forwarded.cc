#include "http/forwarded.h"

#include <algorithm>

#include "http/chars.h"

namespace gatehouse::http {
namespace {

// A chain is translated into Forwarded up to this length, so that it cannot grow without bound.
constexpr std::size_t kLongestTranslated = 256;

std::string_view scheme_text(Scheme scheme) { return scheme == Scheme::https ? "https" : "http"; }

// All lines of one list field in one, each followed by a comma.
void write_chain(HeadWriter& out, const Fields& fields, FieldId id) {
  if (!fields.has(id)) return;
  for (const Field& field : fields) {
    if (field.id() != id || field.value().empty()) continue;
    out.text(field.value());
    out.text(", ");
  }
}

// The node identifier of RFC 7239 section 6.
void write_node(HeadWriter& out, std::string_view address) {
  const bool plain = std::ranges::all_of(
      address, [](char c) { return is_char(c, kHexChar) || c == '.' || c == ':'; });
  out.text("for=");
  if (address.empty() || !plain) return out.text("unknown");
  if (address.find(':') == std::string_view::npos) return out.text(address);
  out.text("\"[");
  out.text(address);
  out.text("]\"");
}

// RFC 7239 section 7.4: a proxy that speaks X-Forwarded-For only is not lost in Forwarded.
void write_translated(HeadWriter& out, std::string_view chain) {
  if (chain.size() > kLongestTranslated) return;
  for (auto hop = next_list_element(chain); !hop.empty(); hop = next_list_element(chain)) {
    write_node(out, hop);
    out.text(", ");
  }
}

void write_forwarded_for(HeadWriter& out, const Fields& fields, const ClientFacts& client) {
  out.text("X-Forwarded-For: ");
  if (client.trusted) write_chain(out, fields, FieldId::x_forwarded_for);
  out.text(client.address);
  out.end_line();
}

void write_claim(HeadWriter& out, const Field* claimed, std::string_view name,
                 std::string_view own) {
  out.field(name, claimed == nullptr || claimed->value().empty() ? own : claimed->value());
}

void write_standard_forwarded(HeadWriter& out, const Fields& fields, const ClientFacts& client,
                              std::string_view host) {
  out.text("Forwarded: ");
  if (client.trusted && fields.has(FieldId::forwarded)) {
    write_chain(out, fields, FieldId::forwarded);
  } else if (client.trusted) {
    write_translated(out, fields.value(FieldId::x_forwarded_for));
  }
  write_node(out, client.address);
  out.text(";host=\"");
  out.text(host);
  out.text("\";proto=");
  out.text(scheme_text(client.scheme));
  out.end_line();
}

}  // namespace

void write_forwarded(HeadWriter& out, const RequestHead& request, const ClientFacts& client,
                     std::string_view host) {
  const auto claim = [&](FieldId id) { return client.trusted ? request.fields.find(id) : nullptr; };
  write_forwarded_for(out, request.fields, client);
  write_claim(out, claim(FieldId::x_forwarded_proto), "X-Forwarded-Proto",
              scheme_text(client.scheme));
  write_claim(out, claim(FieldId::x_forwarded_host), "X-Forwarded-Host", host);
  if (const Field* port = claim(FieldId::x_forwarded_port)) {
    out.field("X-Forwarded-Port", port->value());
  } else {
    out.field("X-Forwarded-Port", client.port);
  }
  write_standard_forwarded(out, request.fields, client, host);
}

}  // namespace gatehouse::http
