#include <cstdlib>

#include <openssl/err.h>

#include "crypto/request.h"

// A request that was accepted answers every question, and leaves no error for others behind.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const auto request = crypto::CertificateRequest::from_der({data, size});
  if (ERR_peek_error() != 0) std::abort();
  const auto text = crypto::CertificateRequest::from_pem(as_text({data, size}));
  if (ERR_peek_error() != 0) std::abort();
  if (!request) return 0;
  if (as_text(request->der()) != as_text({data, size})) std::abort();
  for (const auto& name : request->names().texts()) {
    if (!NamePattern::parse(name)) std::abort();
  }
  const auto again = crypto::CertificateRequest::from_pem(request->to_pem());
  if (!again || *again != *request || again->subject() != request->subject()) std::abort();
  if (crypto::spki_sha256(request->public_key().get()) != request->spki_sha256()) std::abort();
  if (ERR_peek_error() != 0) std::abort();
  return 0;
}
