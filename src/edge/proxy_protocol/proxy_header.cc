#include "edge/proxy_protocol/proxy_header.h"

#include <algorithm>

#include "edge/proxy_protocol/proxy_tlvs.h"
#include "edge/proxy_protocol/proxy_v1.h"
#include "edge/proxy_protocol/proxy_v2.h"

namespace gatehouse::edge {
namespace {

// As far as both go.
bool begins_with(std::string_view buffer, std::string_view start) {
  const std::size_t size = std::min(buffer.size(), start.size());
  return buffer.substr(0, size) == start.substr(0, size);
}

}  // namespace

ProxyHeaderRead read_proxy_header(std::string_view buffer, ProxyVersions accepted) {
  if (buffer.empty()) return ProxyHeaderIncomplete{accepted.v1 ? kShortestV1 : kShortestV2};
  // A version is refused once it is sure: much starts with a P or an empty line.
  if (!accepted.v1 && buffer.starts_with(kV1Start)) {
    return ProxyHeaderRefused{"has a PROXY header whose version is 1 where 2 is expected"};
  }
  if (!accepted.v2 && buffer.starts_with(kV2Signature)) {
    return ProxyHeaderRefused{"has a PROXY header whose version is 2 where 1 is expected"};
  }
  if (begins_with(buffer, kV1Start)) return read_v1(buffer);
  if (begins_with(buffer, kV2Signature)) return read_v2(buffer);
  return ProxyHeaderRefused{"has no PROXY header"};
}

std::optional<std::size_t> write_proxy_header(std::span<char> out, const ProxyHeader& header,
                                              ProxyVersion version, ProxyChecksum checksum) {
  if (version == ProxyVersion::v2 && !tlvs_are_valid(header)) return std::nullopt;
  ProxyWriter writer(out);
  if (version == ProxyVersion::v1) {
    write_v1(writer, header);
  } else {
    write_v2(writer, header, checksum);
  }
  return writer.fits() ? std::optional(writer.size()) : std::nullopt;
}

}  // namespace gatehouse::edge
