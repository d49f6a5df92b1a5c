#pragma once

#include <string>

#include "api/messages.h"
#include "base/clock.h"

// CAs as texts for people.
namespace gatehouse::cli {

std::string authorities_text(const api::ListAuthoritiesResponse& authorities, WallTime now);
std::string authority_text(const api::GetAuthorityResponse& shown, WallTime now);
// Roots and issuers of one, and what there is to do.
std::string authority_text(const api::AuthorityRow& row, WallTime now);
// "5F0C 3A9F ...", in groups to be compared by eye.
std::string thumbprint_text(std::string_view sha256);

}  // namespace gatehouse::cli
