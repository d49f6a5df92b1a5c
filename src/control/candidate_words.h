#pragma once

#include <string>

#include "certs/binding/name_index.h"

// Certificates of the store that may answer for a name, in words.
namespace gatehouse::control {

// By the beginning of its thumbprint, which selects it: "0123... (ECDSA, valid from ... to ...)".
std::string candidate_text(const certs::NameCandidate& one);

// Why one that is as valid as the best is behind it: "is older".
std::string why_behind(const certs::NameCandidate& one, const certs::NameCandidate& best);

// What becomes of one beside the best, at the second `now`: "covers it by name and is the best".
std::string candidate_reason(const certs::NameCandidate& one, const certs::NameCandidate& best,
                             std::uint32_t now);

}  // namespace gatehouse::control
