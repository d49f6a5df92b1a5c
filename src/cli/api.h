#pragma once

#include <functional>
#include <google/protobuf/message.h>
#include <memory>
#include <string_view>

#include "api/messages.h"
#include "base/result.h"
#include "cli/client_commands.h"

namespace gatehouse::cli {

using Message = google::protobuf::Message;
using EventSink = std::function<void(const api::Event&)>;

// The running gatehouse, as the command line sees it.
class Api {
 public:
  virtual ~Api() = default;

  // `method` is "ConfigurationService/Change". Waits for the answer; what happens meanwhile is told
  // to `events`, where somebody listens, on this thread. An error's diagnostics, if it has any, are
  // in `response`. Errors: those of the API, and unreachable.
  virtual Result<Ok> call(std::string_view method, const Message& request, Message& response,
                          const EventSink& events) = 0;
};

// Finds the running gatehouse; unreachable says where it was looked for.
using ConnectToApi = std::function<Result<std::unique_ptr<Api>>(const Connection&)>;

}  // namespace gatehouse::cli
