#include "edge/session/session_request.h"

namespace gatehouse::edge {
namespace {

HttpProtocol protocol_of(const SessionRequest& request) {
  if (!request.parsed) return HttpProtocol::unknown;
  if (request.head.major == 2) return HttpProtocol::http_2;
  return request.head.minor == 0 ? HttpProtocol::http_1_0 : HttpProtocol::http_1_1;
}

void count(ThreadContext& thread, const SessionRequest& request,
           std::chrono::nanoseconds duration) {
  WorkerMetrics::Request counted;
  counted.site = request.site == nullptr ? 0 : request.site->label;
  counted.code = request.status;
  if (request.parsed) counted.method = http_method(request.head.method_text);
  counted.protocol = protocol_of(request);
  counted.duration = duration;
  thread.metrics.request(counted);
}

std::string_view protocol_text(const http::RequestHead& head) {
  if (head.major == 2) return "HTTP/2.0";
  return head.minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

void tell_of_head(AccessRecord& record, const http::RequestHead& head) {
  record.proto = protocol_text(head);
  record.method = head.method_text;
  record.host = head.authority_text;
  record.uri = head.target;
  const http::Fields& fields = head.fields;
  record.user_agent = fields.value(http::FieldId::user_agent);
  record.referer = fields.value(http::FieldId::referer);
  record.authorization = fields.has(http::FieldId::authorization);
  record.proxy_authorization = fields.has(http::FieldId::proxy_authorization);
  record.cookie = fields.has(http::FieldId::cookie);
}

AccessRecord::Tls tell_of_tls(const tls::TlsStream& stream, const tls::HandshakeInfo& info) {
  AccessRecord::Tls told;
  told.resumed = info.resumed;
  told.version = info.version;
  told.cipher_suite = info.cipher_suite;
  told.proto = stream.alpn();
  if (stream.server_name()) told.server_name = stream.server_name()->text();
  told.group = tls::group_text(info.group);
  return told;
}

}  // namespace

void note_request(ThreadContext& thread, const ConnectionFacts& connection,
                  const SessionRequest& request, const ClientSide* client) {
  const auto duration = thread.reactor.now() - request.started;
  count(thread, request, duration);
  if (thread.access_log == nullptr) return;
  AccessRecord record;
  record.time = thread.reactor.clock().wall();
  record.remote_ip = record.client_ip = connection.peer;
  record.remote_port = connection.peer_port;
  if (request.parsed) tell_of_head(record, request.head);
  if (request.parsed && connection.peer_trusted) {
    record.client_ip = http::client_address(
        connection.peer, request.head.fields,
        [&](std::string_view address) { return request.generation->settings.trusts(address); });
  }
  if (connection.tls_info) record.tls = tell_of_tls(*connection.tls, *connection.tls_info);
  record.duration = duration;
  record.status = request.status;
  if (client != nullptr) {
    record.bytes_read = client->bytes_read();
    record.size = client->bytes_sent();
  }
  if (const auto& upstream = request.upstream) {
    record.upstream = AccessRecord::Upstream{upstream->address, upstream->status,
                                             upstream->duration, upstream->reused};
  }
  record.request_id = request.identity.id();
  record.trace_id = request.identity.trace_id();
  record.error = request.error;
  thread.access_log->append(record);
}

}  // namespace gatehouse::edge
