#include <algorithm>
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
  const auto file = crypto::CertificateRequest::from_file({data, size});
  if (ERR_peek_error() != 0 || (file && !request && !text)) std::abort();
  if (!request) return 0;
  if (as_text(request->der()) != as_text({data, size})) std::abort();
  if (request->other_wishes().size() > 16) std::abort();
  for (const auto& wish : request->other_wishes()) {
    const bool plain =
        std::ranges::all_of(wish, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
    if (!plain || wish.size() > 128) std::abort();
  }
  for (const auto& name : request->names().texts()) {
    if (!NamePattern::parse(name)) std::abort();
  }
  const auto again = crypto::CertificateRequest::from_pem(request->to_pem());
  if (!again || *again != *request || again->subject() != request->subject()) std::abort();
  if (crypto::spki_sha256(request->public_key().get()) != request->spki_sha256()) std::abort();
  if (ERR_peek_error() != 0) std::abort();
  return 0;
}
