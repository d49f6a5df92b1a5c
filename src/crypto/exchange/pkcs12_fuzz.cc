#include <cstdlib>

#include "crypto/exchange/pairing.h"
#include "crypto/exchange/pkcs12_reader.h"

// The file as it is, and as the part behind MAC and encryption, which bytes changed at random do
// not get past.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::crypto;
  const auto passphrase = Passphrase::parse("gatehouse").value();
  const ReadLimits limits{.bytes = 1 << 16, .parts = 64, .rounds = 20'000};
  const ByteView file(data, size);
  Unlocker unlocker(&passphrase, limits.rounds);
  Bundle bundle;
  const auto read = read_pkcs12(file, unlocker, limits, bundle);
  if (!read && read.error().error.what.find("gatehouse") != std::string::npos) std::abort();
  Unlocker other(&passphrase, limits.rounds);
  Bundle parts;
  if (read_safe_contents(file, other, limits, parts)) {
    for (const auto& one : parts.keys) {
      if (one.key.bits() <= 0) std::abort();
    }
  }
  if (parts.certificates.size() + parts.keys.size() > limits.parts) std::abort();
  return 0;
}
