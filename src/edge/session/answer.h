#pragma once

#include <string_view>

#include "edge/pages/pages.h"
#include "edge/session/client_side.h"
#include "edge/session/thread_context.h"

namespace gatehouse::edge {

// Sends a response of our own. False: the client is gone.
io::Task<bool> answer(ThreadContext& thread, ClientSide& client, std::uint16_t status, Page page);

}  // namespace gatehouse::edge
