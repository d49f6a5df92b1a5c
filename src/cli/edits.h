#pragma once

#include <filesystem>
#include <string>

#include "api/messages.h"
#include "cli/client_commands.h"

// What the verbs that change something ask the API for.
namespace gatehouse::cli {

// Relative files are those below `here`: the running gatehouse has a folder of its own.
api::Edit edit_of(const AddSite& add, const std::filesystem::path& here);
api::Edit edit_of(const AddBinding& add, const std::filesystem::path& here);
api::Edit edit_of(const RemoveSite& remove);
api::Edit edit_of(const RemoveBinding& remove);
api::Edit edit_of(const EnableSite& enable);

api::ChangeRequest request_of(api::Edit edit, const ChangeOptions& options);

// For endpoints with a short name ("files:443"): which full name they probably stand for, by the
// machine's domain; empty where there is nothing to say.
std::string advice_on_short_names(const AddBinding& add, const std::string& domain);

}  // namespace gatehouse::cli
