#include "edge/session/answer.h"

namespace gatehouse::edge {
namespace {

void describe(http::ResponseHead& response, std::uint16_t status, const Page& page, bool head) {
  response.status = status;
  response.declared_length = page.body.size();
  response.body = head ? http::BodyLength::none() : http::BodyLength::exact(page.body.size());
  const auto add = [&](std::string_view name, std::string_view value) {
    response.fields.add({name, value, http::classify_field(name)});
  };
  add("Content-Type", page.content_type);
  add("Cache-Control", "no-store");
  add("X-Content-Type-Options", "nosniff");
  add("Content-Security-Policy", kPageSecurityPolicy);
}

}  // namespace

io::Task<bool> answer(ThreadContext& thread, ClientSide& client, std::uint16_t status, Page page) {
  using Pool = io::BufferPool;
  const bool head = client.request().method == http::Method::head;
  http::ResponseHead response;
  describe(response, status, page, head);
  std::string_view rest = head ? std::string_view{} : page.body;
  io::Lease content(thread.reactor.buffers());
  for (bool first = true; first || !rest.empty(); first = false) {
    content.take(Pool::Size::large, Pool::kHeadroom);
    const std::string_view part = rest.substr(0, Pool::kRelay);
    rest.remove_prefix(part.size());
    content.append(part);
    const bool end = rest.empty();
    const Sent sent =
        first ? client.start_response(response, content, end) : client.send_content(content, end);
    if (sent == Sent::failed) co_return false;
    if (sent == Sent::blocked && !co_await client.settle(content)) co_return false;
    content.clear(Pool::kHeadroom);
  }
  co_return true;
}

}  // namespace gatehouse::edge
