#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certs/record.h"
#include "certs/selector.h"

namespace gatehouse::certs {

// Who may be chosen, and what for.
struct Wanted {
  Selector selector;
  Shelf shelf = Shelf::identities;
  Owner owner = Owner::machine();
  std::optional<Role> role = {};  // none: any
};

// A certificate that the selector matches, and why it was chosen or not.
struct Candidate {
  Record record;
  std::string reason;  // "is chosen: ...", "expired on 2026-02-01", "is older: ..."
};

// Never without a candidate. The first is the chosen one, unless none may be used for the wanted
// role; the others follow from better to worse.
struct Choice {
  bool chosen = false;
  bool valid = false;  // the chosen one is, now: an expired one is chosen only where none is valid
  std::vector<Candidate> candidates;
};

// Whether the selector means this record; shelf, owner and role are other questions.
bool matches(const Selector& selector, const Record& record);

// Of the records that `wanted` matches the newest valid one: valid now before all others, then what
// was not made by default, then the latest start of validity, then the latest end, then what came
// into the store last, then the id, so that the answer never depends on the order of `records`.
// Errors: `not_found`: none matches; `conflict`: the beginning of a thumbprint fits several
// certificates, which are listed.
Result<Choice> choose(const Wanted& wanted, std::span<const Record> records, WallTime now);

}  // namespace gatehouse::certs
