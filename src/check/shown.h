#pragma once

#include <string>
#include <string_view>

#include "crypto/chain_faults.h"

namespace gatehouse::check {

// What a server said, for a person's eyes: not too long, and harmless on a terminal.
std::string shown(std::string_view text);

// The common name of a distinguished name (RFC 4514), or all of it when it has none.
std::string short_name(std::string_view distinguished_name);

// A clause: "a.example has expired".
std::string clause(const crypto::ChainFault& fault);

}  // namespace gatehouse::check
