#pragma once

#include <google/protobuf/repeated_ptr_field.h>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "config/document.h"

namespace gatehouse::control {

using Edits = google::protobuf::RepeatedPtrField<api::Edit>;

struct Edited {
  config::Document api;
  config::Diagnostics diagnostics;  // of a text that replaces everything
};

// What the API made, after these steps. Errors: conflict (files or flags define it, and where),
// not_found, invalid (a text with ${...}, which only files may have), usage (an empty step).
Result<Edited> apply_edits(const config::Document& api, const config::Document& base,
                           const Edits& edits);

// The sites that the steps are about, if they are about nothing else: then apply_edits() needs no
// more of what the API made than these.
std::optional<std::set<std::string>> sites_of(const Edits& edits);

}  // namespace gatehouse::control
