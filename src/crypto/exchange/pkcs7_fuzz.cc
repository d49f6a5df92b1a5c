#include <algorithm>
#include <cstdlib>

#include "crypto/exchange/ber.h"
#include "crypto/exchange/pkcs7_reader.h"

// What was made DER stays as it is, and BER and its DER hold the same certificates.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::crypto;
  const ReadLimits limits{.parts = 64};
  const ByteView file(data, size);
  const auto der = der_from_ber(file);
  Bundle bundle;
  const auto read = read_pkcs7(file, limits, bundle);
  if (!der) {
    if (read) std::abort();
    return 0;
  }
  const auto again = der_from_ber(der->view());
  if (!again || !std::ranges::equal(again->view(), der->view())) std::abort();
  Bundle of_der;
  if (read_pkcs7(der->view(), limits, of_der).has_value() != read.has_value()) std::abort();
  if (of_der.certificates.size() != bundle.certificates.size()) std::abort();
  return 0;
}
