#include "crypto/exchange/pkcs7_reader.h"

#include <fmt/format.h>

#include "crypto/exchange/ber.h"
#include "crypto/exchange/der.h"
#include "crypto/exchange/object_ids.h"

namespace gatehouse::crypto {
namespace {

using Kind = ReadFailure::Kind;

std::unexpected<ReadFailure> broken(std::string_view what) {
  return damaged(fmt::format("the PKCS#7 file is damaged: {}", what));
}

Read<Ok> take_certificates(Der set, const ReadLimits& limits, Bundle& bundle) {
  for (std::size_t count = 0; !set.done(); ++count) {
    if (count == limits.parts) {
      return not_read(Kind::too_large,
                      fmt::format("the PKCS#7 file has more than {} certificates", limits.parts));
    }
    const bool is_x509 = set.at(CBS_ASN1_SEQUENCE);
    const auto element = set.element();
    if (!element) return broken("one of its certificates cannot be read");
    if (!is_x509) {
      bundle.warnings.emplace_back("an attribute certificate in the PKCS#7 file was passed over");
      continue;
    }
    auto certificate = Certificate::from_der(*element);
    if (!certificate) return broken(certificate.error().what);
    bundle.certificates.push_back({std::move(*certificate), {}});
  }
  return Ok{};
}

}  // namespace

Read<Ok> read_pkcs7(ByteView file, const ReadLimits& limits, Bundle& bundle) {
  const auto der = der_from_ber(file);
  if (!der) return broken("it ends too early, or is not encoded as it says");
  Der outer(der->view());
  auto info = outer.sequence();
  if (!info || !outer.done()) return broken("bytes follow its end");
  const auto type = info->object_id();
  if (!type) return broken("it does not say what it is");
  if (*type != object_id::kSignedData) {
    return not_read(Kind::unsupported,
                    "the PKCS#7 file holds no certificates in the open (it is not of the kind "
                    "SignedData): ask its sender for a .p7b of certificates");
  }
  auto holder = info->enter(constructed_context(0));
  auto data = holder ? holder->sequence() : std::nullopt;
  if (!data || !data->skip_integer() || !data->enter(CBS_ASN1_SET) || !data->sequence()) {
    return broken("its head cannot be read");
  }
  auto certificates = data->enter(constructed_context(0));
  if (!certificates) return Ok{};  // revocation lists only
  return take_certificates(*certificates, limits, bundle);
}

}  // namespace gatehouse::crypto
