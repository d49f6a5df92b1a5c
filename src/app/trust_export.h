#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "crypto/certificate.h"

namespace gatehouse::app {

// `gatehouse trust export`: the file to --out or stdout, what to do with it to stderr; with --json
// all of it in one document on stdout. A file that is there is left alone unless its content is the
// same.
Result<int> export_anchor(const crypto::Certificate& anchor, const cli::TrustCommand& command);

}  // namespace gatehouse::app
