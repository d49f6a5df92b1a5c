#include "certs/trust/trust_root.h"

namespace gatehouse::certs {

std::string_view trust_role_text(TrustRole role) {
  switch (role) {
    case TrustRole::next: return "next";
    case TrustRole::retired: return "retired";
    default: return "active";
  }
}

TrustRole trust_role_of(std::string_view text) {
  for (const auto role : {TrustRole::next, TrustRole::retired}) {
    if (trust_role_text(role) == text) return role;
  }
  return TrustRole::active;
}

std::string_view trust_role_words(TrustRole role) {
  switch (role) {
    case TrustRole::next: return "the next root, which signs nothing yet";
    case TrustRole::retired: return "the root before, of which certificates live still";
    default: return "the root that signs";
  }
}

}  // namespace gatehouse::certs
