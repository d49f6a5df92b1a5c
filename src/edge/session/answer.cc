#include "edge/session/answer.h"

#include "http/grpc.h"

namespace gatehouse::edge {
namespace {

// Names are borrowed, values too.
void describe(http::ResponseHead& response, const OwnAnswer& own, std::string_view disposition,
              bool head) {
  const std::size_t size = own.page.body.size();
  response.status = own.status;
  response.declared_length = size;
  response.body = head ? http::BodyLength::none() : http::BodyLength::exact(size);
  const auto add = [&](std::string_view name, std::string_view value) {
    response.fields.add({name, value, http::classify_field(name)});
  };
  if (!own.location.empty()) add("Location", own.location);
  add("Content-Type", own.page.content_type);
  add("Cache-Control", "no-store");
  add("X-Content-Type-Options", "nosniff");
  add("Content-Security-Policy",
      own.security_policy.empty() ? kPageSecurityPolicy : std::string_view(own.security_policy));
  if (!disposition.empty()) add("Content-Disposition", disposition);
}

}  // namespace

io::Task<bool> answer(ThreadContext& thread, ClientSide& client, OwnAnswer own) {
  using Pool = io::BufferPool;
  const bool head = client.request().method == http::Method::head;
  http::ResponseHead response;
  const std::string disposition =
      own.file_name.empty() ? "" : "attachment; filename=\"" + own.file_name + '"';
  describe(response, own, disposition, head);
  std::string_view rest = head ? std::string_view{} : own.page.body;
  const std::size_t further = own.location.size() + own.security_policy.size() + disposition.size();
  const std::size_t headroom = Pool::kHeadroom + further;
  io::Lease content(thread.reactor.buffers());
  for (bool first = true; first || !rest.empty(); first = false) {
    content.take(Pool::Size::large, headroom);
    const std::string_view part = rest.substr(0, Pool::kRelay - further);
    rest.remove_prefix(part.size());
    content.append(part);
    const bool end = rest.empty();
    const Sent sent =
        first ? client.start_response(response, content, end) : client.send_content(content, end);
    if (sent == Sent::failed) co_return false;
    if (sent == Sent::blocked && !co_await client.settle(content)) co_return false;
    content.clear(headroom);
  }
  co_return true;
}

// Trailers-Only: HTTP itself has done its part.
io::Task<bool> answer_grpc_error(ThreadContext& thread, ClientSide& client, std::uint16_t status,
                                 std::string_view sentence) {
  const std::string message = http::grpc_message(sentence);
  http::ResponseHead response;
  response.status = 200;
  response.declared_length = 0;
  response.body = http::BodyLength::none();
  const auto add = [&](std::string_view name, std::string_view value) {
    response.fields.add({name, value, http::classify_field(name)});
  };
  add("Content-Type", "application/grpc");
  add("grpc-status", http::grpc_status(status));
  add("grpc-message", message);
  io::Lease content(thread.reactor.buffers());
  content.take(io::BufferPool::Size::large, io::BufferPool::kHeadroom + message.size());
  const Sent sent = client.start_response(response, content, true);
  if (sent == Sent::blocked) co_return co_await client.settle(content);
  co_return sent == Sent::done;
}

}  // namespace gatehouse::edge
