#pragma once

#include <string>

#include "base/bytes.h"

namespace gatehouse {

// RFC 4648 section 4, with padding and without lines.
std::string base64(ByteView bytes);

}  // namespace gatehouse
