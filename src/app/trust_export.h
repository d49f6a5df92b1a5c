#pragma once

#include "base/result.h"
#include "certs/trust/trust_root.h"
#include "cli/command.h"

namespace gatehouse::app {

// `gatehouse trust export`: the file to --out or stdout, what to do with it to stderr; with --json
// all of it in one document on stdout. A file that is there is left alone unless its content is the
// same. Where each root has a file of its own, those behind the first are written beside it.
Result<int> export_anchor(const certs::TrustedCa& ca, const cli::TrustCommand& command);

}  // namespace gatehouse::app
