#pragma once

#include "edge/proxy_protocol/proxy_bytes.h"
#include "edge/proxy_protocol/proxy_header.h"

namespace gatehouse::edge {

// The block of version 2 (section 2.2).

inline constexpr std::string_view kV2Signature{"\r\n\r\n\0\r\nQUIT\n", 12};
inline constexpr std::size_t kShortestV2 = 16;  // all before the addresses

// Of a buffer that starts with kV2Signature, or is a part of it.
ProxyHeaderRead read_v2(std::string_view buffer);

// Its texts are as tlvs_are_valid() wants them. Without addresses it is LOCAL, the one form that
// every receiver has to take: of PROXY without them, it may go on or not.
void write_v2(ProxyWriter& out, const ProxyHeader& header, ProxyChecksum checksum);

}  // namespace gatehouse::edge
