#pragma once

#include <string>
#include <vector>

#include "base/server_name.h"
#include "certs/machine_names.h"
#include "crypto/identity.h"
#include "crypto/name_constraints.h"

namespace gatehouse::certs {

// Who certifies which of the names that the default identity is to have.
struct WantedNames {
  std::vector<NamePattern> certified;    // by the local CA; the first is shown as the subject
  std::vector<NamePattern> self_signed;  // hosts beyond its constraints
  std::vector<NamePattern> left_out;     // names of the machine beyond its constraints
};

WantedNames wanted_names(const MachineNames& machine, const std::vector<NamePattern>& hosts,
                         const crypto::NameConstraints& permitted);

// These names and no other, in any order.
bool has_names(const crypto::Identity& identity, const std::vector<NamePattern>& names);

// "a.example, b.example"
std::string joined(const std::vector<NamePattern>& names);

}  // namespace gatehouse::certs
