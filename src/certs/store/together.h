#pragma once

#include <vector>

#include "certs/store/content.h"
#include "kv/transaction.h"

namespace gatehouse::certs {

// Records that come, change and go together, with entries that are somebody else's in the same
// transaction. Who removes or replaces a record so is the one who uses it: nobody else is asked.
struct Together {
  struct Addition {
    RecordId id;  // new
    NewRecord content;
  };
  struct Replacement {
    RecordId id;
    Content content;
  };

  std::vector<Addition> add = {};
  std::vector<Replacement> replace = {};
  std::vector<RecordId> remove = {};
  std::vector<kv::Condition> conditions = {};
  std::vector<kv::Write> writes = {};
};

}  // namespace gatehouse::certs
