#include "http/forwarding.h"

#include "http/field_line.h"
#include "http/forwarded.h"

namespace gatehouse::http {
namespace {

// Written anew, or never believed whoever sends it.
constexpr FieldSet kNeverPassed{FieldId::host,
                                FieldId::content_length,
                                FieldId::client_certificate,
                                FieldId::proxy,
                                FieldId::lookalike,
                                FieldId::forwarded,
                                FieldId::x_forwarded_for,
                                FieldId::x_forwarded_proto,
                                FieldId::x_forwarded_host,
                                FieldId::x_forwarded_port};

constexpr FieldSet kPassedFromTrusted{FieldId::x_forwarded_other, FieldId::x_real_ip};

FieldSet dropped(const RequestHead& request, const ClientFacts& client, const UpstreamRequest& how,
                 BodyLength body) {
  FieldSet drop = client.trusted ? kNeverPassed : kNeverPassed | kPassedFromTrusted;
  if (!how.pass_expect || !request.expect_continue) drop.add(FieldId::expect);
  if (body.kind != BodyLength::Kind::chunked) drop.add(FieldId::trailer);
  if (!how.request_id.empty()) drop.add(FieldId::x_request_id);
  if (!how.traceparent.empty()) {
    drop.add(FieldId::traceparent);
    drop.add(FieldId::tracestate);
  }
  return drop;
}

void write_connection(HeadWriter& out, const RequestHead& request) {
  if (request.upgrade == Upgrade::websocket) {
    out.text("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  } else if (request.accepts_trailers) {
    out.text("TE: trailers\r\nConnection: TE\r\n");
  }
}

void write_response_connection(HeadWriter& out, const ResponseHead& response,
                               const ClientResponse& how) {
  const bool offers_websocket =
      response.status == 426 && list_has(response.fields, FieldId::upgrade, "websocket");
  if (response.upgrade == Upgrade::websocket || offers_websocket) {
    out.text("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  }
  if (response.status < 200) return;
  if (!how.keep_alive) {
    out.text("Connection: close\r\n");
  } else if (how.client_minor == 0) {
    out.text("Connection: keep-alive\r\n");
  }
}

void write_response_length(HeadWriter& out, const ResponseHead& response, BodyLength body) {
  if (response.status < 200 || response.status == 204) return;
  if (body.kind == BodyLength::Kind::none && response.declared_length) {
    body = BodyLength::exact(*response.declared_length);
  }
  write_body_length(out, body);
}

}  // namespace

std::optional<std::size_t> build_upstream_request(std::span<char> out, const RequestHead& request,
                                                  const ClientFacts& client,
                                                  const UpstreamRequest& how) {
  const std::string_view host =
      request.authority_text.empty() ? how.fallback_host : request.authority_text;
  const BodyLength body = how.body.value_or(request.body);
  HeadWriter writer(out);
  writer.request_line(request.method_text, request.target);
  writer.field("Host", host);
  writer.fields(request.fields, dropped(request, client, how, body));
  write_forwarded(writer, request, client, host);
  if (!how.request_id.empty()) writer.field("X-Request-Id", how.request_id);
  if (!how.traceparent.empty()) writer.field("traceparent", how.traceparent);
  write_connection(writer, request);
  write_body_length(writer, body);
  return writer.finish();
}

BodyLength client_framing(const ResponseHead& response, std::uint8_t client_minor) {
  switch (response.body.kind) {
    case BodyLength::Kind::none:
    case BodyLength::Kind::exact: return response.body;
    default: return client_minor == 0 ? BodyLength::until_close() : BodyLength::chunked();
  }
}

std::optional<std::size_t> build_client_response(std::span<char> out, const ResponseHead& response,
                                                 const ClientResponse& how) {
  FieldSet drop{FieldId::content_length};
  const bool trailers = how.accepts_trailers && how.body.kind == BodyLength::Kind::chunked;
  if (!trailers) drop.add(FieldId::trailer);
  HeadWriter writer(out);
  writer.status_line(response.status, response.reason);
  writer.fields(response.fields, drop);
  if (response.status >= 200 && !response.fields.has(FieldId::date) && !how.date.empty()) {
    writer.field("Date", how.date);
  }
  write_response_connection(writer, response, how);
  write_response_length(writer, response, how.body);
  return writer.finish();
}

}  // namespace gatehouse::http
