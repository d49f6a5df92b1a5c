#include "check/dial.h"

#include "check/http_answer.h"

namespace gatehouse::check {
namespace {

std::unexpected<NoAnswer> none(const Error& error) {
  if (error.kind == ErrorKind::timed_out) {
    return std::unexpected(NoAnswer{NoAnswer::Why::timed_out, "did not answer in time"});
  }
  return std::unexpected(NoAnswer{NoAnswer::Why::closed, error.what});
}

io::Task<HttpResult> ask(tls::Probe& probe, const tls::AnonymousRequest& request,
                         io::Deadline deadline) {
  const auto sent = co_await probe.ask(request, deadline);
  if (!sent) co_return none(sent.error());
  AnswerReader reader;
  while (true) {
    const auto got = co_await probe.read(reader.room(), deadline);
    if (!got) co_return none(got.error());
    if (reader.take(*got)) co_return reader.result();
  }
}

io::Task<HttpResult> ask(io::PlainStream& stream, const tls::AnonymousRequest& request,
                         io::Deadline deadline) {
  const auto patience = deadline.time() - stream.socket().reactor().now();
  const auto sent = co_await io::write_all(stream, request.text(), io::Flush::now, patience);
  if (!sent) co_return none(sent.error());
  AnswerReader reader;
  while (true) {
    const auto got = co_await io::read_some(stream, reader.room(), deadline);
    if (!got) co_return none(got.error());
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
