#pragma once

#include <span>
#include <string>

namespace gatehouse::tls {

// The length-prefixed list of RFC 7301 section 3.1.
inline std::string alpn_wire(std::span<const std::string> protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    wire.push_back(static_cast<char>(protocol.size()));
    wire += protocol;
  }
  return wire;
}

}  // namespace gatehouse::tls
