#pragma once

#include "cli/client_commands.h"
#include "cli/surroundings.h"

// Verbs that change what the running gatehouse serves.
namespace gatehouse::cli {

Result<int> add_site(const AddSite& add, const Surroundings& around);
Result<int> add_binding(const AddBinding& add, const Surroundings& around);
Result<int> remove_site(const RemoveSite& remove, const Surroundings& around);
Result<int> remove_binding(const RemoveBinding& remove, const Surroundings& around);
Result<int> enable_site(const EnableSite& enable, const Surroundings& around);
Result<int> reload(const Reload& reload, const Surroundings& around);
Result<int> rollback(const Rollback& rollback, const Surroundings& around);
Result<int> apply_config(const ApplyConfig& apply, const Surroundings& around);

}  // namespace gatehouse::cli
