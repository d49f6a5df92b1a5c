#pragma once

#include <vector>

#include "certs/choice.h"
#include "certs/store/record_reader.h"

namespace gatehouse::certs {

// The records that a selector may mean, at least: by the store's indexes where there is one (name,
// thumbprint, a subject with a common name), else by looking at all summaries (server names) or all
// records (subjects without a common name). choose() decides among them.
io::Task<Result<std::vector<Record>>> candidates(const RecordReader& reader, Wanted wanted,
                                                 io::Deadline deadline);

}  // namespace gatehouse::certs
