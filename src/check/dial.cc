#include "check/dial.h"

#include "check/http_answer.h"

namespace gatehouse::check {
namespace {

io::Task<HttpResult> ask(tls::Probe& probe, const tls::AnonymousRequest& request,
                         io::Deadline deadline) {
  if (const auto sent = co_await probe.ask(request, deadline); !sent) {
    co_return std::unexpected(sent.error().what);
  }
  AnswerReader reader;
  while (true) {
    const auto got = co_await probe.read(reader.room(), deadline);
    if (!got) co_return std::unexpected(got.error().what);
    if (reader.take(*got)) co_return reader.result();
  }
}

io::Task<HttpResult> ask(io::PlainStream& stream, const tls::AnonymousRequest& request,
                         io::Deadline deadline) {
  const std::string& text = request.text();
  const auto patience = deadline.time() - stream.socket().reactor().now();
  if (const auto sent = co_await io::write_all(stream, text, io::Flush::now, patience); !sent) {
    co_return std::unexpected(sent.error().what);
  }
  AnswerReader reader;
  while (true) {
    const auto got = co_await io::read_some(stream, reader.room(), deadline);
    if (!got && got.error().kind == ErrorKind::timed_out) {
      co_return std::unexpected(std::string("did not answer in time"));
    }
    if (!got) co_return std::unexpected(got.error().what);
    if (reader.take(*got)) co_return reader.result();
  }
}

}  // namespace

io::Task<TlsDial> dial_tls(io::Reactor& reactor, io::SocketAddress address,
                           tls::ProbeOptions options, std::optional<tls::AnonymousRequest> request,
                           io::Deadline deadline) {
  TlsDial dial;
  auto fd = io::start_connect(address);
  if (!fd) {
    dial.unreachable = fd.error().what;
    co_return dial;
  }
  tls::Probe probe(reactor, std::move(*fd), options);
  if (const auto stands = co_await probe.connect(deadline); !stands) {
    dial.unreachable = stands.error().what;
    co_return dial;
  }
  dial.seen = co_await probe.handshake(deadline);
  if (dial.seen.completed() && request) dial.answer = co_await ask(probe, *request, deadline);
  co_return dial;
}

io::Task<PlainDial> dial_plain(io::Reactor& reactor, io::SocketAddress address,
                               tls::AnonymousRequest request, io::Deadline deadline) {
  PlainDial dial;
  auto fd = io::start_connect(address);
  if (!fd) {
    dial.unreachable = fd.error().what;
    co_return dial;
  }
  io::PlainStream stream(reactor, std::move(*fd), io::Socket::Phase::connecting);
  if (const auto stands = co_await io::finish_connect(stream.socket(), deadline); !stands) {
    dial.unreachable = stands.error().what;
    co_return dial;
  }
  dial.answer = co_await ask(stream, request, deadline);
  co_return dial;
}

}  // namespace gatehouse::check
