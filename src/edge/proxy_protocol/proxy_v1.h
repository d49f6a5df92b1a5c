#pragma once

#include "edge/proxy_protocol/proxy_bytes.h"
#include "edge/proxy_protocol/proxy_header.h"

namespace gatehouse::edge {

// The line of version 1 (section 2.1).

inline constexpr std::string_view kV1Start = "PROXY ";
inline constexpr std::size_t kShortestV1 = 15;  // PROXY UNKNOWN

// Of a buffer that starts with kV1Start, or is a part of it.
ProxyHeaderRead read_v1(std::string_view buffer);

void write_v1(ProxyWriter& out, const ProxyHeader& header);

}  // namespace gatehouse::edge
