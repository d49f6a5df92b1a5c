#pragma once

#include "edge/proxy_protocol/proxy_bytes.h"
#include "edge/proxy_protocol/proxy_header.h"

namespace gatehouse::edge {

// What stands behind the addresses of version 2: triples of type, length and value.

// Reads those from `at` to the end of `header`, which is whole, for its checksum. Returns what is
// wrong, as the second half of a sentence, or an empty text; then `out` has what was said.
std::string_view read_tlvs(std::string_view header, std::size_t at, ProxyHeader& out);

// Whether what is written of them is read again.
bool tlvs_are_valid(const ProxyHeader& header);
void write_tlvs(ProxyWriter& out, const ProxyHeader& header);

// One of four zeros.
void write_empty_checksum(ProxyWriter& out);

}  // namespace gatehouse::edge
