#pragma once

#include <set>

#include "control/identities.h"

namespace gatehouse::control {

// The pairs of files that enabled sites and bindings bring.
std::set<IdentitySet::Paths> needed_files(const config::Settings& settings);

// What they choose in the store, each once.
std::vector<certs::Selector> needed_selectors(const config::Settings& settings);

// Of these the choices that are of two certificates, each once.
std::vector<config::CertificateChoice> needed_pairs(const config::Settings& settings);

// Whether anything can be asked for that no pair of files answers.
bool needs_standard(const config::Settings& settings);

// What `permit` says the local CA may certify beside the names of the machine. Errors: usage.
Result<crypto::NameConstraints> permitted_names(const config::Settings& settings);

struct StandardNames {
  std::vector<NamePattern> names;
  std::size_t left_out = 0;
};
// What the default identity is to hold beside the names of the machine.
StandardNames standard_names(const config::Settings& settings);

}  // namespace gatehouse::control
