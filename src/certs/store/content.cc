#include "certs/store/content.h"

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

// A record has to fit into one entry of kv, twice into one transaction.
constexpr std::size_t kLargestChain = std::size_t{256} << 10;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

Result<Ok> check_size(const std::vector<crypto::Certificate>& chain) {
  std::size_t size = 0;
  for (const auto& certificate : chain) size += certificate.der().size();
  if (!chain.empty() && size <= kLargestChain) return Ok{};
  if (chain.empty()) return refused("there is no certificate in what is to be kept");
  return refused(
      fmt::format("the chain has {} bytes, and the store takes {}: leave out what does "
                  "not lead up from the certificate",
                  size, kLargestChain));
}

std::string why_there(const Content& content, Shelf shelf) {
  const std::string subject = chain_of(content).front().subject();
  switch (shelf) {
    case Shelf::identities:
      return fmt::format("{} comes with its key, so it belongs on the shelf identities", subject);
    case Shelf::anchors:
      return fmt::format("{} issued itself, so without a key it belongs on the shelf anchors",
                         subject);
    default:
      return fmt::format(
          "{} is an authority that another one issued, so it belongs on the shelf intermediates",
          subject);
  }
}

std::string remedy(Shelf shelf, Shelf wanted) {
  if (wanted == Shelf::identities) return "give its key with it";
  if (shelf == Shelf::identities) return "leave the key out";
  return "put it there";
}

}  // namespace

std::vector<crypto::Certificate> chain_of(const Content& content) {
  if (const auto* identity = std::get_if<crypto::Identity>(&content)) return identity->chain;
  return {std::get<crypto::Certificate>(content)};
}

Result<Shelf> shelf_for(const Content& content, std::optional<Shelf> wanted) {
  const auto* identity = std::get_if<crypto::Identity>(&content);
  if (auto size = check_size(chain_of(content)); !size) return pass_on(size);
  if (identity != nullptr && !identity->leaf().matches(identity->key)) {
    return refused(fmt::format("the key is not the key of {}: give the two that belong together",
                               identity->leaf().subject()));
  }
  auto shelf = identity != nullptr ? Result<Shelf>(Shelf::identities)
                                   : shelf_of(std::get<crypto::Certificate>(content));
  if (!shelf || !wanted || *shelf == *wanted) return shelf;
  return refused(fmt::format("{}, not on {}: {}", why_there(content, *shelf), shelf_text(*wanted),
                             remedy(*shelf, *wanted)));
}

}  // namespace gatehouse::certs
