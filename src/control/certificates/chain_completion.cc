#include "control/certificates/chain_completion.h"

#include <algorithm>

#include "certs/store/find.h"

namespace gatehouse::control {
namespace {

constexpr std::size_t kLongestChain = 8;

using Issuer = std::optional<crypto::Certificate>;

// One that is on the shelf and valid longest.
io::Task<Result<Issuer>> issuer_on(const certs::RecordReader& reader, certs::Shelf shelf,
                                   crypto::Certificate certificate, io::Deadline deadline) {
  auto selector = certs::Selector::by_subject(certificate.issuer());
  if (!selector) co_return Issuer();  // a name that is no text of RFC 4514
  auto records = co_await certs::candidates(
      reader, {.selector = std::move(*selector), .shelf = shelf}, deadline);
  if (!records) co_return pass_on(records);
  Issuer best;
  for (const certs::Record& one : *records) {
    if (one.shelf != shelf || !certificate.is_issued_by(one.leaf())) continue;
    if (!best || best->not_after() < one.not_after) best = one.leaf();
  }
  co_return best;
}

}  // namespace

io::Task<Result<std::optional<crypto::MissingIssuer>>> complete_chain(
    const certs::RecordReader& reader, std::vector<crypto::Certificate>& chain,
    std::span<const crypto::Certificate> machine_anchors, io::Deadline deadline) {
  const std::optional<crypto::MissingIssuer> complete;
  while (true) {
    const crypto::Certificate last = chain.back();
    if (last.is_self_issued()) co_return complete;
    const bool root_is_known = std::ranges::any_of(
        machine_anchors, [&](const auto& anchor) { return last.is_issued_by(anchor); });
    if (root_is_known) co_return complete;
    auto anchor = co_await issuer_on(reader, certs::Shelf::anchors, last, deadline);
    if (!anchor) co_return pass_on(anchor);
    if (*anchor) co_return complete;
    auto issuer = co_await issuer_on(reader, certs::Shelf::intermediates, last, deadline);
    if (!issuer) co_return pass_on(issuer);
    if (!*issuer || chain.size() == kLongestChain) {
      co_return std::optional(crypto::MissingIssuer{last.issuer(), crypto::issuer_urls(last)});
    }
    chain.push_back(std::move(**issuer));
  }
}

}  // namespace gatehouse::control
