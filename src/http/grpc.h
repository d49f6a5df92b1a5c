#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.h"

namespace gatehouse::http {

// Calls of gRPC are requests of this type: streams that may be silent for as long as both ends
// like.
bool is_grpc(const RequestHead& request);

// The grpc-status that a client of gRPC sees for an HTTP status of ours.
std::string_view grpc_status(std::uint16_t status);

// A sentence as grpc-message has it: percent-encoded but for printable ASCII.
std::string grpc_message(std::string_view sentence);

}  // namespace gatehouse::http
