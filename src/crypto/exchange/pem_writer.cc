#include "crypto/exchange/pem_writer.h"

#include <span>

namespace gatehouse::crypto {

std::string issuers_pem(const Identity& identity, const std::optional<Certificate>& root) {
  std::string text;
  for (const Certificate& one : std::span(identity.chain).subspan(1)) text += one.to_pem();
  if (root) text += root->to_pem();
  return text;
}

}  // namespace gatehouse::crypto
