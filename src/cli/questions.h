#pragma once

#include "cli/command.h"
#include "cli/surroundings.h"

// Verbs that ask the running gatehouse and print its answer.
namespace gatehouse::cli {

// Calls one method on a connection of its own.
Result<Ok> ask(const Surroundings& around, const Connection& connection, std::string_view method,
               const Message& request, Message& response, const EventSink& events = {});

// The message of the API as one line of JSON.
std::string json_line(const Message& message);

Result<int> list_sites(const ListSites& list, const Surroundings& around);
Result<int> list_bindings(const ListBindings& list, const Surroundings& around);
Result<int> explain_binding(const ExplainBinding& explain, const Surroundings& around);
Result<int> list_listeners(const ListListeners& list, const Surroundings& around);
Result<int> list_upstreams(const ListUpstreams& list, const Surroundings& around);
Result<int> show_status(const ShowStatus& show, const Surroundings& around);
// Dials the targets itself; asks for the sites where none was named.
Result<int> check(const RunCheck& run, const Surroundings& around);
Result<int> show_history(const ShowHistory& show, const Surroundings& around);

}  // namespace gatehouse::cli
