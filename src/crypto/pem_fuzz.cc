#include <cstdlib>

#include "crypto/pem.h"
#include "crypto/private_key.h"

// Whatever is read must be the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const std::string_view text = as_text({data, size});
  const auto blocks = crypto::parse_pem(text);
  if (!blocks) return 0;
  for (const auto& block : *blocks) {
    if (block.encrypted) continue;
    const auto again = crypto::parse_pem(crypto::write_pem(block.label, block.der.view()));
    if (!again || again->size() != 1 || again->front().label != block.label ||
        as_text(again->front().der.view()) != as_text(block.der.view())) {
      std::abort();
    }
  }
  if (const auto key = crypto::PrivateKey::from_pem(text)) {
    const Secret pem = key->to_pem();
    const auto again = crypto::PrivateKey::from_pem(as_text(pem.view()));
    if (!again || again->spki_sha256() != key->spki_sha256()) std::abort();
  }
  return 0;
}
