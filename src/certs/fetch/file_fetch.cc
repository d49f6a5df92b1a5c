#include "certs/fetch/file_fetch.h"

#include <fmt/format.h>

#include "certs/fetch/file_answer.h"
#include "io/byte_stream.h"
#include "io/socket.h"
#include "tls/anonymous_request.h"

namespace gatehouse::certs {
namespace {

// What came of one connection; the error is a predicate about the server.
struct Trouble {
  std::string what;
  ErrorKind kind = ErrorKind::failed;
  bool reached = true;
};
using Outcome = std::expected<FileAnswer::Answer, Trouble>;

std::unexpected<Trouble> trouble(const Error& error, bool reached) {
  if (error.kind == ErrorKind::timed_out) {
    return std::unexpected(Trouble{"did not answer in time", ErrorKind::timed_out, reached});
  }
  const ErrorKind kind = reached ? ErrorKind::failed : ErrorKind::unreachable;
  return std::unexpected(Trouble{error.what, kind, reached});
}

std::unexpected<Error> failed(const WebUrl& url, const Trouble& why) {
  return fail_for_now(Fault::upstream, fmt::format("{}: the server {}.", url.text(), why.what),
                      why.kind);
}

io::Task<Outcome> ask(io::Reactor& reactor, io::SocketAddress address, std::string request,
                      std::size_t most_bytes, io::Deadline deadline) {
  auto fd = io::start_connect(address);
  if (!fd) co_return trouble(fd.error(), false);
  io::PlainStream stream(reactor, std::move(*fd), io::Socket::Phase::connecting);
  if (const auto stands = co_await io::finish_connect(stream.socket(), deadline); !stands) {
    co_return trouble(stands.error(), false);
  }
  const auto patience = deadline.time() - reactor.now();
  const auto sent = co_await io::write_all(stream, request, io::Flush::now, patience);
  if (!sent) co_return trouble(sent.error(), true);
  FileAnswer answer(most_bytes);
  while (true) {
    const auto got = co_await io::read_some(stream, answer.room(), deadline);
    if (!got) co_return trouble(got.error(), true);
    if (!answer.take(*got)) continue;
    if (!answer.outcome()) co_return std::unexpected(Trouble{answer.outcome().error()});
    co_return *answer.outcome();
  }
}

// At the first of its addresses that takes the connection.
io::Task<Outcome> ask(io::Reactor& reactor, io::Resolver& resolver, WebUrl url,
                      std::size_t most_bytes, io::Deadline deadline) {
  const auto addresses = co_await resolver.resolve(url.host, url.port, deadline);
  if (!addresses) {
    co_return std::unexpected(Trouble{fmt::format("was not found ({})", addresses.error().what),
                                      ErrorKind::unreachable, false});
  }
  const std::string request = tls::AnonymousRequest::get(url.authority(), url.path).value().text();
  Outcome outcome{std::unexpect};
  for (const io::SocketAddress& address : *addresses) {
    outcome = co_await ask(reactor, address, request, most_bytes, deadline);
    if (outcome || outcome.error().reached) break;
  }
  co_return outcome;
}

bool redirects(const FileAnswer::Answer& answer) {
  return answer.status == 301 || answer.status == 302 || answer.status == 303 ||
         answer.status == 307 || answer.status == 308;
}

}  // namespace

io::Task<Result<FetchedFile>> fetch_file(io::Reactor& reactor, io::Resolver& resolver, WebUrl url,
                                         FetchLimits limits) {
  const io::Deadline deadline = reactor.in(limits.time);
  for (int followed = 0; followed <= limits.redirects; ++followed) {
    auto answer = co_await ask(reactor, resolver, url, limits.bytes, deadline);
    if (!answer) co_return failed(url, answer.error());
    if (answer->status == 200) co_return FetchedFile{url.text(), std::move(answer->content)};
    if (!redirects(*answer)) {
      co_return failed(url, {fmt::format("answered with {}", answer->status)});
    }
    auto next = url.follow(answer->location);
    if (!next) {
      co_return failed(url,
                       {fmt::format("redirects elsewhere. {}",
                                    next.error().what.substr(0, next.error().what.size() - 1))});
    }
    url = std::move(*next);
  }
  co_return failed(url, {fmt::format("is the end of more than {} redirects", limits.redirects)});
}

}  // namespace gatehouse::certs
