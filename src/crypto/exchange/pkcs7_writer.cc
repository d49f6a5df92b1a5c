#include "crypto/exchange/pkcs7_writer.h"

#include <openssl/bytestring.h>
#include <openssl/pkcs7.h>
#include <openssl/stack.h>

#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

using Buffers = std::unique_ptr<STACK_OF(CRYPTO_BUFFER), Freer<sk_CRYPTO_BUFFER_free>>;

}  // namespace

Result<Bytes> write_pkcs7(std::span<const Certificate> certificates) {
  const Buffers all(sk_CRYPTO_BUFFER_new_null());
  bool whole = all != nullptr;
  for (const Certificate& one : certificates) {
    whole = whole && sk_CRYPTO_BUFFER_push(all.get(), one.buffer()) > 0;
  }
  CBB out;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (!whole || CBB_init(&out, 4096) != 1) {
    return library_failure(Fault::ours, "a PKCS#7 file could not be made");
  }
  if (PKCS7_bundle_raw_certificates(&out, all.get()) != 1 || CBB_finish(&out, &bytes, &size) != 1) {
    CBB_cleanup(&out);
    return library_failure(Fault::ours, "a PKCS#7 file could not be made");
  }
  const LibraryBytes owned(bytes);
  return Bytes(bytes, bytes + size);
}

}  // namespace gatehouse::crypto
