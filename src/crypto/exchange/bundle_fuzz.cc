#include <cstdlib>

#include "crypto/exchange/pairing.h"

// A file of any kind; what was read can be sorted, and nothing is lost by that.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::crypto;
  const auto passphrase = Passphrase::parse("gatehouse").value();
  const ReadLimits limits{.bytes = 1 << 16, .parts = 64, .rounds = 20'000};
  const auto bundle = read_bundle({data, size}, &passphrase, limits);
  if (!bundle) {
    if (bundle.error().error.what.empty()) std::abort();
    return 0;
  }
  const WallTime now{std::chrono::seconds{1'800'000'000}};
  const Pairing pairing = pair(*bundle, now);
  const std::size_t keys = pairing.identities.size() + pairing.refusals.size();
  for (const PairedIdentity& one : pairing.identities) {
    if (!one.identity.leaf().matches(one.identity.key)) std::abort();
    refusals(one.identity, Purpose::server, now);
  }
  if (keys + pairing.duplicates < bundle->keys.size() + bundle->unusable_keys.size()) std::abort();
  return 0;
}
