#include "certs/fetch/issuer_fetch.h"

#include <optional>

#include <fmt/format.h>

#include "base/json_text.h"
#include "crypto/exchange/bundle.h"

namespace gatehouse::certs {
namespace {

// A file of certificates needs no rounds of a digest.
constexpr crypto::ReadLimits kLimits{.bytes = 64 << 10, .parts = 64, .rounds = 0};

std::unexpected<Error> not_an_issuer(std::string what) {
  return fail(Fault::issuer, std::move(what), ErrorKind::invalid);
}

io::Task<Result<FetchedIssuer>> fetch_from(io::Reactor& reactor, io::Resolver& resolver,
                                           std::string url, const crypto::Certificate& below,
                                           FetchLimits limits) {
  auto parsed = WebUrl::parse(url);
  if (!parsed) co_return pass_on(parsed);
  auto file = co_await fetch_file(reactor, resolver, std::move(*parsed), limits);
  if (!file) co_return pass_on(file);
  auto issuer = issuer_in(as_bytes(file->content), below);
  if (!issuer) co_return not_an_issuer(fmt::format("{}: {}", file->url, issuer.error().what));
  co_return FetchedIssuer{std::move(file->url), std::move(*issuer)};
}

}  // namespace

Result<crypto::Certificate> issuer_in(ByteView file, const crypto::Certificate& below) {
  const auto bundle = crypto::read_bundle(file, nullptr, kLimits);
  if (!bundle || bundle->certificates.empty()) {
    return not_an_issuer("what is there is no certificate.");
  }
  std::optional<crypto::Certificate> best;
  for (const crypto::BundleCertificate& one : bundle->certificates) {
    if (!below.is_issued_by(one.certificate)) continue;
    if (!best || best->not_after() < one.certificate.not_after()) best = one.certificate;
  }
  if (best) return *best;
  return not_an_issuer(fmt::format("what is there ({}) has not signed {}.",
                                   printable(bundle->certificates.front().certificate.subject()),
                                   printable(below.subject())));
}

io::Task<Result<FetchedIssuer>> fetch_issuer(io::Reactor& reactor, io::Resolver& resolver,
                                             crypto::Certificate below,
                                             std::vector<std::string> urls, FetchLimits limits) {
  if (urls.empty()) {
    co_return fail(Fault::operator_input,
                   fmt::format("The certificate of {} does not say where its issuer's is. Ask the "
                               "issuer for it, and import it too.",
                               printable(below.subject())),
                   ErrorKind::not_found);
  }
  Error all{Fault::upstream, false, {}, ErrorKind::failed};
  for (const std::string& url : urls) {
    auto fetched = co_await fetch_from(reactor, resolver, url, below, limits);
    if (fetched) co_return fetched;
    all.what += (all.what.empty() ? "" : " ") + fetched.error().what;
    all.kind = fetched.error().kind;
  }
  co_return std::unexpected(std::move(all));
}

}  // namespace gatehouse::certs
