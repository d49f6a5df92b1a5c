#pragma once

#include <string_view>

#include "crypto/exchange/bundle.h"
#include "crypto/exchange/unlocker.h"

namespace gatehouse::crypto {

// Adds what the blocks of a PEM text hold, in its order. Blocks that are neither a key nor a
// certificate are passed over: parameters in silence, others with a warning.
Read<Ok> read_pem_bundle(std::string_view text, Unlocker& unlocker, const ReadLimits& limits,
                         Bundle& bundle);

}  // namespace gatehouse::crypto
