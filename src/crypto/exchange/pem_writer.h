#pragma once

#include <optional>
#include <string>

#include "crypto/identity.h"

namespace gatehouse::crypto {

// The public texts that other software asks for. The certificate alone is leaf().to_pem(), leaf and
// chain ("fullchain") are Identity::chain_pem(); keys: PrivateKey::to_pem(), encrypted_key_pem().

// The certificates above the leaf in the order of signing, and the root if it is given; "" when
// there is none.
std::string issuers_pem(const Identity& identity, const std::optional<Certificate>& root);

}  // namespace gatehouse::crypto
