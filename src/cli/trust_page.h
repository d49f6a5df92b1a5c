#pragma once

#include "cli/command.h"
#include "cli/surroundings.h"

namespace gatehouse::cli {

// `gatehouse trust page`: opens or closes the trust page of the running gatehouse on a listener of
// its own, and says where it is.
Result<int> trust_page(const TrustPageCommand& command, const Surroundings& around);

// What the running gatehouse tells of the page.
std::string trust_page_text(const api::TrustPageState& state, std::string_view fingerprint,
                            WallTime now);

// "3 devices have passed ..."; empty without any.
std::string coverage_text(const api::ShowTrustResponse& shown);

}  // namespace gatehouse::cli
