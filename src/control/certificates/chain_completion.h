#pragma once

#include <optional>
#include <span>
#include <vector>

#include "certs/store/certificate_store.h"
#include "crypto/exchange/pairing.h"

namespace gatehouse::control {

// Lengthens a chain by the intermediates that are on the shelf, until who issued its last
// certificate is a root: one of the store's anchors or one of `machine_anchors`. Returns what is
// missing then; none: the chain is complete.
io::Task<Result<std::optional<crypto::MissingIssuer>>> complete_chain(
    const certs::RecordReader& reader, std::vector<crypto::Certificate>& chain,
    std::span<const crypto::Certificate> machine_anchors, io::Deadline deadline);

}  // namespace gatehouse::control
