#pragma once

#include <string>

namespace gatehouse::http {

// A fresh Sec-WebSocket-Key: 16 random bytes in base64 (RFC 6455 section 4.1).
std::string random_websocket_key();

}  // namespace gatehouse::http
