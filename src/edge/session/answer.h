#pragma once

#include <string>

#include "edge/pages/pages.h"
#include "edge/session/client_side.h"
#include "edge/session/thread_context.h"

namespace gatehouse::edge {

// More of it would not leave room for a page in the same buffer.
inline constexpr std::size_t kLongestLocation = 16 * 1024;

inline constexpr std::size_t kLongestPolicy = 2 * 1024;

// A response of our own.
struct OwnAnswer {
  std::uint16_t status = 200;
  Page page;
  std::string location{};         // of a redirect; at most kLongestLocation
  std::string security_policy{};  // at most kLongestPolicy; empty: kPageSecurityPolicy
  std::string file_name{};        // of a download; a plain word
};

// Sends it. False: the client is gone.
io::Task<bool> answer(ThreadContext& thread, ClientSide& client, OwnAnswer own);

// What a client of gRPC takes for an answer to its call: a status of its own, and the sentence.
io::Task<bool> answer_grpc_error(ThreadContext& thread, ClientSide& client, std::uint16_t status,
                                 std::string_view sentence);

}  // namespace gatehouse::edge
