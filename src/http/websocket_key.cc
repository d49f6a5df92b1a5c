#include "http/websocket_key.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <sys/random.h>
#include <system_error>

#include "base/base64.h"

namespace gatehouse::http {

std::string random_websocket_key() {
  std::array<std::uint8_t, 16> bytes{};
  // So few are never interrupted (getrandom(2)).
  if (getrandom(bytes.data(), bytes.size(), 0) != bytes.size()) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return base64(bytes);
}

}  // namespace gatehouse::http
