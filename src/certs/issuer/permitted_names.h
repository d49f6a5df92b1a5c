#pragma once

#include <string_view>

#include "base/result.h"
#include "certs/machine_names.h"
#include "crypto/name_constraints.h"

namespace gatehouse::certs {

// The list of --permit: `.plant4.local,10.20.0.0/16,printer`. A name permits itself and all names
// below it, with or without the leading dot: clients read a constraint so.
Result<crypto::NameConstraints> parse_permitted(std::string_view list);

// What the local CA of this machine may certify: its own names, its domain, localhost, loopback and
// the addresses of its interfaces, and what was permitted beyond.
crypto::NameConstraints constraints_for(const MachineNames& machine,
                                        const crypto::NameConstraints& more = {});

}  // namespace gatehouse::certs
