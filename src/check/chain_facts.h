#pragma once

#include <span>

#include "check/report.h"

namespace gatehouse::check {

// A chain that is longer than this is not walked; no client needs it.
inline constexpr std::size_t kLongestWalk = 12;

CertificateFacts certificate_facts(const crypto::Certificate& certificate, WallTime now);

// What can be said of a chain as it was sent, given what is trusted here. `chain` is not empty.
ChainFacts chain_facts(std::span<const crypto::Certificate> chain,
                       std::span<const crypto::Certificate> anchors, WallTime now);

}  // namespace gatehouse::check
